/** What the palette finds by name. */
import { IconFileText, IconMessages, IconTable, type Icon } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import { api, read } from "../api/client";

export interface Named {
  key: string;
  group: "documents" | "datasets" | "conversations";
  label: string;
  icon: Icon;
  link: Pick<LinkProps, "to" | "params" | "search">;
}

const LOOKED_AT = 200;
const SHOWN = 5;

/** The things whose names hold the text, among the newest of each kind. */
export async function findNamed(text: string): Promise<Named[]> {
  const params = { params: { query: { limit: LOOKED_AT } } };
  const [documents, datasets, conversations] = await Promise.all([
    read(api.GET("/api/v1/documents", params)),
    read(api.GET("/api/v1/datasets", params)),
    read(api.GET("/api/v1/chat/sessions", params)),
  ]);
  const wanted = text.toLowerCase();
  const fits = (name: string | null) => name?.toLowerCase().includes(wanted) ?? false;
  return [
    ...documents.items
      .filter((each) => fits(each.title))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.id, group: "documents", label: each.title, icon: IconFileText, link: { to: "/documents/$documentId", params: { documentId: each.id } } })),
    ...datasets.items
      .filter((each) => fits(each.label))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.id, group: "datasets", label: each.label, icon: IconTable, link: { to: "/data/$datasetId", params: { datasetId: each.id } } })),
    ...conversations.items
      .filter((each) => fits(each.title))
      .slice(0, SHOWN)
      .map((each): Named => ({ key: each.id, group: "conversations", label: each.title ?? "", icon: IconMessages, link: { to: "/c/$sessionId", params: { sessionId: each.id } } })),
  ];
}
