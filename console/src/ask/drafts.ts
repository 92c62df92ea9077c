/** What is typed and not asked yet, on the start page or in a conversation: it is there again when one comes back to it, until
 * the page is loaded anew. */
const drafts = new Map<string, string>();

export const START = "start";

export function draftOf(place: string): string {
  return drafts.get(place) ?? "";
}

export function keepDraft(place: string, text: string): void {
  if (text === "") drafts.delete(place);
  else drafts.set(place, text);
}

/** What was typed on the start page goes on in the conversation that files have made of it. */
export function takeAlong(sessionId: string): void {
  keepDraft(sessionId, draftOf(START));
  keepDraft(START, "");
}
