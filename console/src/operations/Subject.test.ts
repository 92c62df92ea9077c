import { expect, test } from "vitest";
import { en } from "../i18n/en";
import { namelessText } from "./Subject";

const subject = (type: "dataset" | "document" | "source" | "connection" | "workspace", missing: boolean) => ({ type, missing, id: "x_1", name: null });

test.each([
  ["documents.discard", subject("document", true), "Document, deleted"],
  ["documents.ingest", subject("document", true), "Document, deleted or in a conversation"],
  ["sources.remove", subject("source", true), "Source, deleted"],
  ["connections.import", subject("connection", false), "Connection"],
  ["verified.check", subject("workspace", false), "The whole workspace"],
] as const)("a subject of %s without a name is told in words, not by its id", (kind, nameless, words) => {
  expect(namelessText({ kind, subject: nameless }, en)).toBe(words);
});
