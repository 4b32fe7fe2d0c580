import { DOTNET_PHP_RUBY } from './entries/dotnet-php-ruby.ts';
import { GO_NODE } from './entries/go-node.ts';
import { JAVA_CLIENTS } from './entries/java-clients.ts';
import { JAVA_HTTP } from './entries/java-http.ts';
import { JAVA_SERVERS } from './entries/java-servers.ts';
import { PROXIES } from './entries/proxies.ts';
import { PYTHON } from './entries/python.ts';
import { PYTHON_SERVERS } from './entries/python-servers.ts';
import type { Entry } from './schema.ts';

/** All that is known of libraries and the mistakes made with them. Within a language, the commonest mistake first. */
export const CATALOGUE: readonly Entry[] = [
  ...JAVA_HTTP,
  ...JAVA_CLIENTS,
  ...JAVA_SERVERS,
  ...PYTHON,
  ...PYTHON_SERVERS,
  ...GO_NODE,
  ...DOTNET_PHP_RUBY,
  ...PROXIES,
];
