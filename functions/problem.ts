import type middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** An error that is the client's, as RFC 9457 tells it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  /** The parameter that is to blame. */
  readonly parameter: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    parameter: string | null = null,
    options: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail, options);
    this.status = status;
    this.title = title;
    this.parameter = parameter;
    this.headers = options.headers ?? {};
  }
}

const answer = (
  status: number,
  title: string,
  detail: string,
  parameter: string | null,
  headers: Problem['headers'] = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: JSON.stringify({ type: 'about:blank', title, status, detail, ...(parameter === null ? {} : { parameter }) }),
});

const isNotFound = (error: unknown): boolean => error instanceof Error && 'statusCode' in error && error.statusCode === 404;

/** Turns errors into problem documents. What is not the client's fault says nothing of its insides. */
export const problemDocuments = (report: (error: unknown) => void): middy.MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> => ({
  onError: (request) => {
    const { error } = request;
    if (error instanceof Problem) request.response = answer(error.status, error.title, error.message, error.parameter, error.headers);
    else if (isNotFound(error))
      request.response = answer(404, 'Not found', 'There is nothing at this address. GET /v1/analyses lists analyses.', null);
    else {
      report(error);
      request.response = answer(500, 'Internal error', 'The request could not be answered. It may be sent again.', null);
    }
  },
});
