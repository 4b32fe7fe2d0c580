import { openApi } from '../../lib/api/openapi.ts';
import { json, type Route } from '../requests.ts';

const DOCUMENT = JSON.stringify(openApi());

export const getOpenApi: Route = async () => json(DOCUMENT);
