import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;

/** An ordinary Java client that sets its local address, as commons-httpclient 3.1 does: `bind(local, 0)`, then connect. */
public final class Main {
  private static final String PEER = System.getenv("CALL_HOST");
  private static final int PORT = Integer.parseInt(System.getenv("CALL_PORT"));
  /** Empty: connect without a bind. */
  private static final String LOCAL = System.getenv().getOrDefault("CALL_LOCAL", "");
  private static final long EVERY_MS = Long.parseLong(System.getenv().getOrDefault("CALL_EVERY_MS", "150"));
  private static PrintWriter report;

  public static void main(String[] args) throws Exception {
    report = new PrintWriter(new FileWriter(System.getenv("ACTOR_REPORT"), true), true);
    say("\"event\":\"start\",\"comm\":" + quoted(Files.readString(Path.of("/proc/self/comm")).strip()));
    for (int n = 1; ; n++) {
      call(n);
      Thread.sleep(EVERY_MS);
    }
  }

  private static void call(int n) {
    try (Socket s = LOCAL.isEmpty() ? new Socket(PEER, PORT) : new Socket(InetAddress.getByName(PEER), PORT, InetAddress.getByName(LOCAL), 0)) {
      s.setSoTimeout(5000);
      s.getOutputStream().write("GET /v1/login HTTP/1.1\r\nHost: svc\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      s.getInputStream().readAllBytes();
      if (n % 10 == 1) log("INFO", "call " + n + " ok", "[]", "null");
    } catch (IOException e) {
      fail(n, e);
    }
  }

  private static void fail(int n, IOException e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    StringBuilder lines = new StringBuilder("[");
    for (String line : trace.toString().strip().split("\n")) lines.append(lines.length() > 1 ? "," : "").append(quoted(line));
    boolean inUse = String.valueOf(e.getMessage()).contains("already in use");
    String call = inUse ? "bind-any" : "connect";
    String failure = "{\"errno\":" + (inUse ? 98 : 99) + ",\"call\":\"" + call + "\",\"peer\":" + quoted(PEER + ":" + PORT) + ",\"port\":null}";
    log("ERROR", "call " + n + " failed", lines + "]", failure);
  }

  private static void log(String level, String text, String trace, String failure) {
    say("\"event\":\"log\",\"level\":\"" + level + "\",\"text\":" + quoted(text) + ",\"trace\":" + trace + ",\"failure\":" + failure);
  }

  private static void say(String fields) {
    report.println("{\"t\":" + System.currentTimeMillis() / 1000.0 + ",\"pid\":" + ProcessHandle.current().pid() + "," + fields + "}");
  }

  private static String quoted(String s) {
    return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t").replace("\r", "") + '"';
  }
}
