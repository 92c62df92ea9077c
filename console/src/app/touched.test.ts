import { describe, expect, it } from "vitest";
import { touches } from "./touched";

const touched = (resource: string, ...queryKey: readonly unknown[]) => touches([resource], { queryKey });

describe("touches", () => {
  it("finds lists and single objects", () => {
    expect(touched("documents", "documents", "list", "ready")).toBe(true);
    expect(touched("documents", "documents", "doc_1")).toBe(true);
    expect(touched("documents", "datasets", "list")).toBe(false);
  });
  it("does not have figures computed again for a moved tile, nor a recap written", () => {
    expect(touched("dashboards", "dashboards", "dash_1")).toBe(true);
    expect(touched("dashboards", "dashboards", "dash_1", "results", [])).toBe(false);
    expect(touched("chat/sessions", "conversations", "chat_1", "recap")).toBe(false);
    expect(touched("chat/sessions", "conversations", "chat_1", "messages", 1)).toBe(true);
  });
  it("takes files of conversations for what they are", () => {
    expect(touched("datasets", "conversations", "chat_1", "files")).toBe(true);
    expect(touched("chat/sessions", "conversations", "chat_1", "files")).toBe(false);
  });
  it("looks at a table again, but not at what belongs to one of its versions", () => {
    expect(touched("datasets", "datasets", "list", "ready")).toBe(true);
    expect(touched("datasets", "datasets", "data_1")).toBe(true);
    expect(touched("datasets", "datasets", "data_1", "review", 1)).toBe(false);
    expect(touched("datasets", "datasets", "data_1", "rows", 1)).toBe(false);
  });
  it("knows nothing of resources that it has no page for", () => {
    expect(touched("agents", "agents")).toBe(false);
  });
});
