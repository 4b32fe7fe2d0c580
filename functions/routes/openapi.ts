import { json, type Route } from '../requests.ts';

let document: string | null = null;

/** Made when somebody first asks for it, which few ever do: with it come the schemas of all answers, and what writes them as JSON Schema. */
export const getOpenApi: Route = async () => {
  const { openApi } = await import('../../lib/api/openapi.ts');
  document ??= JSON.stringify(openApi());
  return json(document);
};
