import type { FailingCall, FailureKind } from '../../model/failure.ts';

/**
 * Which call failed. Frames decide before words, and words before nothing (KERNEL.md): the same text stands for a server's bind, a
 * client's bind and, on Windows, a connect.
 */

/** Frames and words that only a server's bind has. */
const LISTEN_FRAMES =
  /ServerSocket(?:Channel)?(?:Impl|Adaptor)?\.|NioServerSocketChannel|EpollServerSocketChannel|ServerBootstrap|setupListenHandle|listenInCluster|Server\.listen|Server(?:2)?\.(?:bind|openListeners|bindForSinglePort)|server_bind|server_activate|create_server|start_server|ServerCnxnFactory|ServerConnector|SelectChannelConnector|NioEndpoint|AbstractEndpoint\.bind|ProtocolHandler|PortInUseException|WebServer\.start|bindToPort|bindServer|HBaseServer|TcpPeerServer|Acceptor\b|TCPServer|HTTPServer|stream_socket_server|net\.Listen|ListenAndServe/;
const LISTEN_WORDS =
  /\blisten(?:ing|er)?\b(?! address of the peer)|[Ww]eb server failed to start|[Ff]ailed to bind (?:to|TCP|server|port)|Problem binding|Port in use:|Socket server failed|(?:start|create|bind|open)(?:ing)?(?: the| a| an)? ?(?:\w{1,20} ){0,2}(?:server|listener|acceptor|endpoint|socket for)|could not bind|cannot bind socket|[Cc]onnection in use: \(|attempting to bind on address|unable to bind|bind\(2\) for|bind\(\) to|BindTransportException|[Pp]ort \d{1,5} (?:was |is )?already in use|already in use \(98\)|[Ee]rror starting (?:userland )?proxy|EADDRINUSE: address already in use|Address already in use: (?:bind|JVM_Bind)/;

/** Frames and words of a client that binds its own end before it connects. */
const CLIENT_BIND =
  /java\.net\.Socket\.bind\(|\.Socket\.<init>\(Socket\.java|createSocket\(|HttpConnection\.open|source_address|create_connection|Failed binding local connection|bind failed with errno 98|annot bind to source address|no free ports|dial tcp [^ ]{0,64} ?bind:|dial tcp [^ ]{1,64}->[^ ]{1,64} bind:|connect EADDRINUSE|localAddress|NetworkClient: Node|HTTP FAILED|okhttp3?\.|RetryExec|processing request/;

/** Frames and words of a connect. */
const CONNECT =
  /\bNet\.(?:connect0?|pollConnect(?:Now)?)\b|socketConnect|finishConnect|FinishConnect|timedFinishConnect|internalConnect|TCPConnectWrap|: connect$|: connect\b(?! ?EADDR)|no further information|dial tcp|connectex|\bconnect\(\)|connect\(2\)|ConnectHelper|ConnectToTcpHost|sock\.connect|_create_connection|Failed to establish a new connection|open TCP connection|stream_socket_client|while connecting to upstream|Failed to connect to|Connect(?:ing)? to|connect failed|ConnectException|NoRouteToHostException|urlopen error/;

/** Java's bind of an address, as a frame. */
const BIND_FRAME =
  /\bNet\.bind0?\(|socketBind|\.bind\(|bind failed|\(Bind failed\)|cannot bind|[Ff]ailed to bind|unable to bind|bind\(\)|bind\(2\)|bind_socket/;

const inUse = (text: string, errorLine: string): FailingCall => {
  // On Windows connect itself says so when ports run out, and its frames or the suffix tell.
  if (/already in use: connect|no further information|connectex|\b10055\b|lacked sufficient buffer/.test(text)) return 'connect';
  if (/Only one usage|\b10048\b|ConnectHelper/.test(text) && CONNECT.test(text)) return 'connect';
  if (/EventID>42(?:27|31)</.test(text)) return 'connect';
  const isListen = LISTEN_FRAMES.test(text);
  if (CLIENT_BIND.test(text) && !isListen) return 'bind-any';
  if (isListen || LISTEN_WORDS.test(text)) return 'listen';
  return CONNECT.test(errorLine) ? 'bind-any' : 'unknown';
};

const notAvailable = (text: string, errorLine: string): FailingCall => {
  if (LISTEN_FRAMES.test(text) || (LISTEN_WORDS.test(text) && !CONNECT.test(text))) return 'bind-address';
  if (CONNECT.test(text)) return /\bcannot bind\b/.test(errorLine) ? 'bind-address' : 'connect';
  return BIND_FRAME.test(text) ? 'bind-address' : 'connect';
};

/** @param lines the event's, message first  @param errorLine the one that says what failed */
export const callOf = (kind: FailureKind, lines: readonly string[], errorLine: string): FailingCall => {
  switch (kind) {
    case 'too-many-open-files':
      return 'descriptor';
    case 'pool-exhausted':
    case 'leak-warning':
      return 'pool';
    case 'address-in-use':
      return inUse(lines.join('\n'), errorLine);
    case 'address-not-available':
      return notAvailable(lines.join('\n'), errorLine);
  }
};

/** The class alone says BindException, in a language that is not known: a failed connect is "not available", a failed bind "in use". */
export const kindByFrames = (lines: readonly string[]): FailureKind =>
  /\bNet\.(?:connect0?|pollConnect)|socketConnect/.test(lines.join('\n')) ? 'address-not-available' : 'address-in-use';
