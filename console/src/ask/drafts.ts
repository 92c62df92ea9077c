/** What is typed and was not taken by the server yet, on the start page or in a conversation: it is there again when one comes
 * back to it, also after the sign-in has ended. It stays in the tab, and is shown to nobody but who typed it. */
const KEY = "answerable.drafts";

interface Kept {
  owner: string;
  texts: Record<string, string>;
}

let kept: Kept = { owner: "", texts: {} };

export const START = "start";

/** Whose drafts they are from now on: a person in a workspace. Those of others are forgotten. */
export function draftsOf(owner: string): void {
  if (kept.owner === owner) return;
  const before = stored();
  kept = before?.owner === owner ? before : { owner, texts: {} };
  store();
}

export function draftOf(place: string): string {
  return kept.texts[place] ?? "";
}

export function keepDraft(place: string, text: string): void {
  const { [place]: _, ...others } = kept.texts;
  kept = { ...kept, texts: text === "" ? others : { ...others, [place]: text } };
  store();
}

/** Forgets the draft unless another was typed since. */
export function wasTaken(place: string, text: string): void {
  if (draftOf(place) === text) keepDraft(place, "");
}

/** What was typed on the start page goes on in the conversation that files have made of it. */
export function takeAlong(sessionId: string): void {
  keepDraft(sessionId, draftOf(START));
  keepDraft(START, "");
}

function stored(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function store(): void {
  try {
    if (Object.keys(kept.texts).length === 0) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing has them until the page is loaded anew.
  }
}
