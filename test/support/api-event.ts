import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * A call as API Gateway hands it on.
 *
 * @param request method and path, with its query: `GET /v1/analyses?limit=5`
 */
export const apiEvent = (request: string, more: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 => {
  const [method = '', address = ''] = request.split(' ');
  const [path = '', query = ''] = address.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: {},
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    requestContext: {
      accountId: '',
      apiId: '',
      domainName: '',
      domainPrefix: '',
      http: { method, path, protocol: '', sourceIp: '192.0.2.1', userAgent: '' },
      requestId: '',
      routeKey: '',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    isBase64Encoded: false,
    ...more,
  };
};
