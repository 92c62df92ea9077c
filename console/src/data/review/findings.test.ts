import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { de } from "../../i18n/de";
import { en } from "../../i18n/en";
import type { FindingSaid } from "../../i18n/findings.en";
import { formatsFor } from "../../i18n/messages";
import { findingText } from "./findings";

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  const?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  discriminator?: { mapping: Record<string, string> };
}

// The server's own description: `python -m tools.console check` writes it before these tests run.
const document = JSON.parse(readFileSync(new URL("../../../openapi.json", import.meta.url), "utf8")) as { components: { schemas: Record<string, Schema> } };
const named = (reference: string) => document.components.schemas[reference.split("/").at(-1) ?? ""] ?? {};
const codes = named("FindingView").properties?.["arguments"]?.anyOf?.find((each) => each.discriminator)?.discriminator?.mapping ?? {};

/** A value of a schema: texts say what they are, so that they are found again in a sentence. */
function sample(schema: Schema, name: string): unknown {
  if (schema.$ref) return sample(named(schema.$ref), name);
  if (schema.enum) return schema.enum[0];
  if (schema.const) return schema.const;
  if (schema.items) return [sample(schema.items, name)];
  if (schema.properties) return Object.fromEntries(Object.entries(schema.properties).map(([key, each]) => [key, sample(each, `${name}.${key}`)]));
  if (schema.type === "integer") return 3;
  if (schema.type === "boolean") return true;
  if (schema.format === "date") return "2024-04-03";
  return name === "number" ? "1234.5" : `<${name}>`;
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return value.startsWith("<") ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** The arguments, and the names of those that were looked at. */
function watched(said: object): [FindingSaid, Set<string>] {
  const seen = new Set<string>();
  const handler = { get: (target: object, key: string) => (seen.add(key), Reflect.get(target, key) as unknown) };
  return [new Proxy(said, handler) as FindingSaid, seen];
}

const LANGUAGES = [
  { m: en, f: formatsFor("en-GB") },
  { m: de, f: formatsFor("de-DE") },
];
const said = (found: FindingSaid, { m, f } = LANGUAGES[1]!) => findingText({ sentence: "as the server said it", arguments: found }, m, f);

describe("what was found while a table was read", () => {
  it.each(Object.keys(codes))("says %s in each language with exactly the arguments that the server sends", (code) => {
    const properties = named(codes[code] ?? "").properties ?? {};
    const filled = { ...Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, sample(each, key)])), code };
    for (const { m, f } of LANGUAGES) {
      const [found, seen] = watched(filled);
      const text = findingText({ sentence: "as the server said it", arguments: found }, m, f);
      expect([...seen].sort()).toEqual(Object.keys(properties).sort());
      for (const each of texts(filled)) if (code !== "number_format") expect(text).toContain(each);
      expect(text).not.toMatch(/undefined|\[object|as the server said it/);
      expect(text).toMatch(/^\S.*\S$/);
    }
  });

  it("has the sentences of the server's codes and no others", () => {
    expect(Object.keys(codes).length).toBeGreaterThan(50);
    for (const { m } of LANGUAGES) expect(Object.keys(m.review.findings).sort()).toEqual(Object.keys(codes).sort());
  });

  it("counts in the plural forms of the language, as its people write numbers", () => {
    expect(said({ code: "duplicates_kept", count: 1 })).toBe("1 Zeile gleicht einer früheren in jeder Spalte; sie bleibt.");
    expect(said({ code: "duplicates_kept", count: 1200 })).toBe("1.200 Zeilen gleichen einer früheren in jeder Spalte; sie bleiben.");
    expect(said({ code: "duplicates_kept", count: 1200 }, LANGUAGES[0])).toBe("1,200 rows equal an earlier row in every column; they are kept.");
  });

  it("tells days and numbers as they are written there", () => {
    expect(said({ code: "date_order", column: "Tag", first: "day", text: "03/04/2024", day: "2024-04-03" })).toContain("03/04/2024 ist also der 03.04.2024.");
    expect(said({ code: "decimal_mark", column: "Preis", text: "1.234", taken_for: "thousands", number: "1234" })).toContain("gelesen als 1.234.");
    expect(said({ code: "decimal_mark", column: "Preis", text: "1.234", taken_for: "decimal", number: "1.234" })).toContain("gelesen als 1,234.");
  });

  it("stays the server's where a version of before has no arguments, or a newer server another code", () => {
    expect(findingText({ sentence: "as the server said it" }, de, formatsFor("de-DE"))).toBe("as the server said it");
    expect(said({ code: "of tomorrow" } as unknown as FindingSaid)).toBe("as the server said it");
  });
});
