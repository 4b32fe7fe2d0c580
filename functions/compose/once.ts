/** Builds once for each environment: a Lambda has one for life, the embedded stack another after a restart. */
export const onceFor = <T>(build: () => T): (() => T) => {
  let built: { readonly key: string; readonly value: T } | null = null;
  return () => {
    const key = ['TABLE', 'TOPIC_ARN', 'BUCKET', 'LINK_BASE', 'ACCESS_SECRET', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_DYNAMODB']
      .map((name) => process.env[name])
      .join(' ');
    if (built?.key !== key) built = { key, value: build() };
    return built.value;
  };
};

/** Loaded and made when it is first needed, and then kept. */
export const whenNeeded = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load();
    return loaded;
  };
};
