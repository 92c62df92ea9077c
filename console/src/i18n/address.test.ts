/** German speaks to everybody as "Sie". */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const HERE = "src/i18n";

const PRONOUNS = "du|dir|dich|dein(?:e[mnrs]?)?|euer|eure[mnrs]?|euch";
const VERBS = "bist|hast|kannst|willst|musst|darfst|sollst|wirst|magst|möchtest|siehst|weißt|brauchst|findest";
// Commands to one person; those that are nouns too ("Frage", "Suche", "Stelle") only where they cannot be one.
const COMMANDS = "[Ff]rag|[Ss]tell|stelle|[Hh]efte?|[Ww]ähle?|[Öö]ffne|[Gg]ib|[Kk]licke?|[Ll]ege?|[Mm]ache?|[Ff]üge?|[Ss]chreibe?|[Pp]robiere?|[Kk]opiere?|[Ll]ade?|[Pp]rüfe?|[Nn]enne?|[Nn]imm|[Ss]ieh|[Gg]ehe?|[Ss]chicke?|[Ss]chaue?|[Vv]ersuch|[Zz]iehe?|[Ll]asse?";
const LETTER = "[A-Za-zÄÖÜäöüß]";
const FAMILIAR = new RegExp(`(?<!${LETTER})(?:${PRONOUNS}|${VERBS}|${COMMANDS}|Du|Dir|Dich|Dein(?:e[mnrs]?)?)(?!${LETTER})`, "gu");

/** Words of the familiar address in the texts of a catalogue's source. */
function familiar(source: string): string[] {
  const texts = source.match(/"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  return texts.filter((text) => text.includes(" ")).flatMap((text) => text.match(FAMILIAR) ?? []);
}

describe("German", () => {
  it.each([
    ['"Stell eine Frage und hefte die Antwort an"', ["Stell", "hefte"]],
    ['"Was möchtest du wissen?"', ["möchtest", "du"]],
    ["`Das kannst ${who} mit deinem Schlüssel`", ["kannst", "deinem"]],
    ['"Stellen Sie eine Frage, die Stelle nennt die Suche"', []],
  ])("%s has %j of the familiar address", (source, words) => expect(familiar(source)).toEqual(words));

  const catalogues = readdirSync(HERE).filter((name) => /(^|\.)de\.ts$/.test(name));
  it("has catalogues to be read", () => expect(catalogues).toContain("de.ts"));
  it.each(catalogues)("%s addresses everybody as Sie", (name) => expect(familiar(readFileSync(`${HERE}/${name}`, "utf8"))).toEqual([]));
});
