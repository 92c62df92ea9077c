/** Server-sent events over `fetch`, which sends our headers (EventSource cannot). */
import { raw } from "./transport";

export interface ServerEvent {
  id: string;
  name: string;
  data: unknown;
}

/** The events of an answer, as they come. Throws Problem, Offline. */
export async function* events(path: string, options: RequestInit = {}): AsyncGenerator<ServerEvent> {
  const headers = new Headers(options.headers);
  headers.set("Accept", "text/event-stream");
  const response = await raw(path, { ...options, headers });
  if (response.body === null) return;
  yield* parse(response.body);
}

/** Events from bytes, after WHATWG HTML, section 9.2. A last event without its blank line is none. */
export async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  let event = { id: "", name: "message", data: [] as string[] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (event.data.length > 0) {
            yield { id: event.id, name: event.name, data: JSON.parse(event.data.join("\n")) };
          }
          event = { id: event.id, name: "message", data: [] };
        } else if (!line.startsWith(":")) {
          const [, field = "", text = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
          if (field === "id") event.id = text;
          else if (field === "event") event.name = text;
          else if (field === "data") event.data.push(text);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
