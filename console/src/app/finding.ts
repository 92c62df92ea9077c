/** What the palette finds: things by name, conversations also by what was said in them. */
import { IconFileText, IconMessages, IconTable, type Icon } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import { api, read } from "../api/client";

export interface Named {
  key: string;
  group: "documents" | "datasets" | "conversations" | "said";
  label: string;
  icon: Icon;
  link: Pick<LinkProps, "to" | "params" | "search">;
}

const LOOKED_AT = 200;
const SHOWN = 5;
const LONGEST_SEARCH = 200;

/** Documents and tables whose names hold the text, among the newest of each kind; conversations whose titles have its words,
 * and messages that have them, among all. */
export async function findNamed(text: string): Promise<Named[]> {
  const params = { params: { query: { limit: LOOKED_AT } } };
  const said = (found_in: "title" | "message", limit: number) => read(api.GET("/api/v1/chat/search", { params: { query: { q: text.slice(0, LONGEST_SEARCH), found_in, limit } } }));
  const [documents, datasets, titles, messages] = await Promise.all([
    read(api.GET("/api/v1/documents", params)),
    read(api.GET("/api/v1/datasets", params)),
    said("title", SHOWN),
    said("message", 4 * SHOWN),
  ]);
  const wanted = text.toLowerCase();
  // One line for a conversation, however often it was said there.
  const lines = messages.items.filter((hit, place, all) => all.findIndex((each) => each.session_id === hit.session_id) === place);
  const named = new Set(titles.items.map((hit) => hit.session_id));
  const fits = (name: string) => name.toLowerCase().includes(wanted);
  return [
    ...documents.items
      .filter((each) => fits(each.title))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.id, group: "documents", label: each.title, icon: IconFileText, link: { to: "/documents/$documentId", params: { documentId: each.id } } })),
    ...datasets.items
      .filter((each) => fits(each.label))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.id, group: "datasets", label: each.label, icon: IconTable, link: { to: "/data/$datasetId", params: { datasetId: each.id } } })),
    ...titles.items.map((each): Named => ({ key: each.session_id, group: "conversations", label: each.title ?? "", icon: IconMessages, link: { to: "/c/$sessionId", params: { sessionId: each.session_id } } })),
    ...lines
      .filter((each) => !named.has(each.session_id))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.message_id, group: "said", label: each.snippet, icon: IconMessages, link: { to: "/c/$sessionId", params: { sessionId: each.session_id }, search: { at: each.message_id } } })),
  ];
}
