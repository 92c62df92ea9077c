import { describe, expect, it } from "vitest";
import { parse, type ServerEvent } from "./events";

const STREAM = 'id: 1\nevent: run.started\ndata: {"run_id":"r"}\n\n: keep-alive\n\nid: 2\r\nevent: delta\r\ndata: {"text":"ä€𝄞"}\r\n\r\nid: 3\nevent: answer\ndata: {"whole":true}\n';

async function read(sizes: number): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(STREAM);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += sizes) controller.enqueue(bytes.slice(at, at + sizes));
      controller.close();
    },
  });
  const found: ServerEvent[] = [];
  for await (const event of parse(body)) found.push(event);
  return found;
}

describe("server-sent events", () => {
  it.each([1, 2, 3, 7, 1000])("are the same in pieces of %i bytes", async (size) => {
    expect(await read(size)).toEqual([
      { id: "1", name: "run.started", data: { run_id: "r" } },
      { id: "2", name: "delta", data: { text: "ä€𝄞" } },
    ]);
  });
});
