import type { FailingCall, FailureKind } from '../../model/failure.ts';
import type { Frame } from './frames.ts';
import { remembered } from './remembered.ts';

/**
 * Which call failed. Frames decide before words, the innermost first (KERNEL.md): the same text stands for a server's bind, a client's
 * bind and, on Windows, a connect; and a client that fails in a server's thread has the server's frames too, further out.
 */
export interface Told {
  readonly kind: FailureKind;
  /** The line that says what failed. */
  readonly error: string;
  /** What else the event says: its head, wrapped messages, fields of an error object. */
  readonly around: string;
  /** Innermost first. */
  readonly frames: readonly Frame[];
}

type Role = 'server-bind' | 'client-bind' | 'connect';

interface RoleSign {
  readonly role: Role;
  readonly pattern: RegExp;
}

const sign = (role: Role, ...parts: readonly string[]): RoleSign => ({ role, pattern: new RegExp(parts.join('|')) });

/** Frames, most telling first within one frame. Frames that all have (`Net.bind0`, `PlainSocketImpl.socketBind`) are not here. */
const FRAME_ROLES: readonly RoleSign[] = [
  sign(
    'connect',
    // Java: old and new socket implementations, channels
    '\\bNet\\.(?:connect0?|pollConnect(?:Now)?)\\(|SocketImpl\\.(?:socketConnect|doConnect|connect|connect0|timedFinishConnect|waitForConnect)\\(',
    'nio\\.ch\\.SocketChannelImpl\\.(?:connect|finishConnect|checkConnect|finishTimedConnect|blockingConnect)\\(|java\\.net\\.Socket\\.connect\\(|doFinishConnect',
    'unix\\.Socket\\.(?:connect|finishConnect)\\(',
    // Node, .NET
    '\\binternalConnect\\b|TCPConnectWrap|\\bconnectSocket\\b|ConnectHelper|ConnectToTcpHost|Sockets\\.Socket\\.(?:Do|Internal|Begin|End|Multi)?Connect|Sockets\\.TcpClient\\.(?:Connect|BeginConnect|EndConnect)',
    // Python, Ruby
    "in (?:_?sock_connect|connect_ex|_connect_sock)$|in `connect|TCPSocket#|in [`'](?:Socket\\.)?(?:tcp|connect_internal)'",
  ),
  sign(
    'client-bind',
    'java\\.net\\.Socket\\.(?:bind|<init>)\\(|nio\\.ch\\.SocketChannelImpl\\.(?:bind|netBind)\\(|AbstractEpollChannel\\.doConnect|AbstractKQueueChannel\\.doConnect',
    'NioSocketChannel\\.do(?:Bind|Connect)|SocketFactory\\.createSocket\\(|\\bHttpConnection\\.open\\(|in create_connection$|in _new_conn$|net/http\\.rb',
  ),
  sign(
    'server-bind',
    'ServerSocket(?:Channel)?(?:Impl|Adaptor)?\\.(?:<init>|bind|netBind|implBind|listen|doBind)|ServerBootstrap|ServerSocketFactory|EpollChannel\\.doBind|KQueueChannel\\.doBind|UringChannel\\.doBind',
    // Java servers
    'openAcceptChannel|SelectChannelConnector\\.open|SocketConnector\\.open|\\bServer2?\\.bind|bindForSinglePort|openListeners|bindToPort|bindServer|openServerSocket',
    'NIOServerCnxnFactory\\.(?:configure|reconfigure)|NettyServerCnxnFactory\\.|Nio2?Endpoint\\.(?:bind|initServerSocket)|JIoEndpoint\\.(?:bind|init)|AbstractEndpoint\\.(?:bind|init|bindWithCleanup)',
    'WebServer\\.start|PortInUseException|ConnectorStartFailedException|TcpPeerServer|HttpServer(?:Impl)?\\.(?:<init>|create|bind)|TCPTransport\\.listen|HBaseServer|RpcServer|NettyTransport\\.bind',
    // Node, .NET
    'setupListenHandle|listenInCluster|Server\\.listen|Socket\\.(?:Do)?Bind\\(|TcpListener|HttpListener|KestrelServer|SocketConnectionListener|SocketTransportFactory|BindAsync',
    // Python, Ruby
    "in (?:server_bind|server_activate|create_server|start_server|bind_sockets?|make_server|run_simple|listen|_bind|_create_server)$|TCPServer|[`'](?:tcp_server_sockets|add_tcp_listener)'",
    // Go
    'net\\.Listen|ListenAndServe',
  ),
];

/** Python's source below a frame: an explicit port 0 or a client's `source_address`, against any other bind. */
const SOURCE_ROLES: readonly RoleSign[] = [
  sign('client-bind', 'source_address|local_addr|, 0\\)\\)'),
  sign('connect', '\\.connect(?:_ex)?\\('),
  sign('server-bind', '\\.bind\\('),
];

const roleOf = (text: string, signs: readonly RoleSign[]): Role | null => signs.find(({ pattern }) => pattern.test(text))?.role ?? null;

const roleOfFrame = remembered((text) => roleOf(text, FRAME_ROLES));
const roleOfSource = remembered((text) => roleOf(text, SOURCE_ROLES));

const roleOfFrames = (frames: readonly Frame[]): Role | null => {
  for (const { text, source } of frames) {
    const role = (source === '' ? null : roleOfSource(source)) ?? roleOfFrame(text);
    if (role !== null) return role;
  }
  return null;
};

const WORD_ROLES: readonly RoleSign[] = [
  // PHP says "Unable to connect" of servers too.
  sign('server-bind', 'stream_socket_server|socket_bind|socket_listen'),
  sign(
    'client-bind',
    'dial (?:tcp|udp)[46]? \\S{0,80} ?bind:|dial (?:tcp|udp)[46]? \\S{1,80}->\\S{1,80}: bind|ailed binding local connection|bind to source address|bind failed with errno',
    'selected next node|no other nodes left|HTTP FAILED|local address already in use',
  ),
  sign(
    'connect',
    '\\bdial (?:tcp|udp)|connectex|\\bconnect (?:EADDR|EMFILE)|\\bconnect\\(|\\bconnect\\(2\\)|: connect\\b|connect failed|[Cc]onnect(?:ing)? to\\b|onnect\\(\\) failed|no free ports',
    'stablish a new connection|open TCP connection|stream_socket_client|fsockopen|while connecting|tcp connect error|ConnectError|ClientConnectorError|ConnectException|NoRouteToHostException',
    "error sending request|error trying to connect|processing request to|urlopen error|syscall: '?connect|no further information|[Cc]onnection to \\S{1,120} (?:failed|refused)",
  ),
  sign(
    'server-bind',
    '\\blisten(?:ing|er|ers)?\\b(?! on port \\d{1,5} or configure)|[Ww]eb server failed to start|[Ff]ailed to bind|Problem binding|[Pp]ort in use|[Ss]erver failed|FAILED \\w{1,40}Connector',
    '(?:[Ss]tart|[Cc]reat|[Bb]ind|[Oo]pen)(?:e|ing)?(?: the| a| an)? ?(?:\\w{1,20} ){0,2}(?:server|listener|acceptor|endpoint|socket)\\b',
    "could not bind|[Cc]annot bind|[Cc]an't bind|[Uu]nable to bind|attempting to bind|[Cc]onnection in use: \\(|\\bbind\\(2\\) for|\\bbind\\(\\) to|[Bb]ind(?:ing)? (?:to|on|for) |\\bbind [\\d*\\[]|commBind",
    'BindTransportException|[Pp]ort (?:\\d{1,5} )?(?:is |was )?(?:already )?(?:in use|allocated)|[Pp]ort already in use|make_sock|userland proxy',
    'Address already in use: (?:bind|JVM_Bind)|ExportException|bind EADDR|LifecycleException|start connector|\\[Connector\\[|end point associated',
  ),
];

/** The failing line before what surrounds it. */
const roleOfWords = ({ error, around }: Told): Role | null => roleOf(error, WORD_ROLES) ?? roleOf(around, WORD_ROLES);

/** Windows: `connect` itself says "in use" when ports run out, with its own numbers and texts. */
const WINDOWS_TEXT =
  /Only one usage|10048|\(100(?:48|55)\)|darf jede Socketadresse|Une seule utilisation|permite un uso de cada|每个套接字地址/;
const WINDOWS_EXHAUSTED =
  /\b10055\b|lacked sufficient buffer space|already in use: (?:connect|no further information)|EventID[^>]{0,40}>42(?:27|31)<|ephemeral port number/;

const inUseCall = (told: Told): FailingCall => {
  const role = roleOfFrames(told.frames) ?? roleOfWords(told);
  if (WINDOWS_EXHAUSTED.test(told.error) && role !== 'server-bind') return 'connect';
  switch (role) {
    case 'server-bind':
      return 'listen';
    case 'client-bind':
      return 'bind-any';
    case 'connect':
      return WINDOWS_TEXT.test(told.error) || isJavaConnect(told.frames) ? 'connect' : 'bind-any';
    case null:
      return 'unknown';
  }
};

/** Java binds and connects in calls of their own, so a frame of `connect` means just that; Node and .NET report both as one. */
const isJavaConnect = (frames: readonly Frame[]): boolean =>
  frames.some(({ text }) => /^(?:java\.base\/)?(?:java\.net|sun\.nio\.ch)\./.test(text) && /[cC]onnect/.test(text));

const notAvailableCall = (told: Told): FailingCall => {
  const role = roleOfFrames(told.frames) ?? roleOfWords(told);
  if (role === 'connect') return 'connect';
  // A client's constructor both binds and connects. Without a bind in sight it is connect: nothing else runs out of addresses.
  return role === 'server-bind' || speaksOfBind(told) ? 'bind-address' : 'connect';
};

const BIND_FRAME = /\bNet\.bind0?\(|socketBind|\.bind\(/;

const speaksOfBind = ({ frames, error }: Told): boolean =>
  /\b[Bb]ind\b/.test(error) || frames.some(({ text, source }) => BIND_FRAME.test(text) || BIND_FRAME.test(source));

/** An explicit source port, as curl and Go name it; Python's stands in the source. */
const FIXED_SOURCE = [
  /bind failed with errno|ailed binding local connection/, // curl binds a port only if told to
  /dial (?:tcp|udp)[46]? \S{0,64}:[1-9]\d{0,4}->\S{1,80}: bind/,
  /source_address=\([^)]{0,64}, ?[1-9]\d{0,4}\)/,
];

export const callOf = (told: Told): FailingCall => {
  switch (told.kind) {
    case 'too-many-open-files':
      return 'descriptor';
    case 'pool-exhausted':
    case 'leak-warning':
      return 'pool';
    case 'address-not-available':
      return notAvailableCall(told);
    case 'address-in-use': {
      const call = inUseCall(told);
      const sources = [told.error, ...told.frames.map(({ source }) => source)];
      return call === 'bind-any' && sources.some((text) => FIXED_SOURCE.some((pattern) => pattern.test(text))) ? 'bind-fixed' : call;
    }
  }
};

/** The class alone says BindException, in a language that is not known: a failed connect is "not available", a failed bind "in use". */
export const kindByFrames = (frames: readonly Frame[]): FailureKind =>
  roleOfFrames(frames) === 'connect' ? 'address-not-available' : 'address-in-use';
