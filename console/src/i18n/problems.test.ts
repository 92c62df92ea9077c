import { describe, expect, it } from "vitest";
import { problemFrom } from "../api/problems";
import { de } from "./de";
import { en } from "./en";

const said = (body: object) => de.problem.whole(problemFrom(422, body));
const MISSING = { field: "name", message: "Field required", code: "missing", arguments: {} };
const SHORT = { field: "password", message: "String should have at least 8 characters", code: "string_too_short", arguments: { min_length: 8 } };
const OWN = { field: "targets", message: "it leads around in a circle" };

describe("a problem in German", () => {
  it("is said by its reason, else by its code", () => {
    expect(said({ code: "conflict", reason: "already_a_member", detail: "English." })).toMatch(/^Diese Person gehört schon dazu/);
    expect(said({ code: "name_taken", detail: "English.", errors: [OWN] })).toBe("So heißt im Arbeitsbereich schon etwas. Wählen Sie einen anderen Namen.");
  });

  it("names the fields that are wrong, with the numbers that they must keep", () => {
    expect(said({ code: "invalid_input", detail: "English.", errors: [MISSING, SHORT] })).toBe("So geht es nicht: Name fehlt, Passwort braucht mindestens 8 Zeichen.");
  });

  it("tells a limit beside what it would take", () => {
    const above = { field: "max_scan_rows", message: "9,412 rows are above 1,000", code: "above_limit", arguments: { estimate: 9412, limit: 1000 } };
    const words = said({ code: "query_too_large", reason: "workspace_scan_limit", detail: "English.", errors: [above] });
    expect(words).toMatch(/die Grenze anzuheben\. \(Zeilen etwa 9\.412, erlaubt sind 1\.000\)$/);
  });

  it("lets the server speak where only it can say what is wrong", () => {
    const words = said({ code: "invalid_input", detail: "The alias cannot be used.", errors: [OWN] });
    expect(words).toBe("So geht es nicht. Der Server sagt dazu: „The alias cannot be used. · targets: it leads around in a circle“");
    expect(said({ code: "something_new", detail: "Something new." })).toBe("Something new.");
  });
});

it("a problem in English is said in the server's words", () => {
  const problem = problemFrom(422, { code: "invalid_input", detail: "Correct the fields.", errors: [MISSING] });
  expect(en.problem.whole(problem)).toBe("Correct the fields. name: Field required");
  const empty = problemFrom(422, { code: "invalid_input", detail: "The file is empty. Send a file with content.", errors: [{ field: "file", message: "empty file" }] });
  expect(en.problem.whole(empty)).toBe("The file is empty. Send a file with content.");
});
