/** What the palette finds by name. */
import type { Icon } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";

export interface Named {
  key: string;
  group: "documents" | "datasets" | "conversations";
  label: string;
  icon: Icon;
  link: Pick<LinkProps, "to" | "params" | "search">;
}

/** The things whose names hold the text. */
export async function findNamed(text: string): Promise<Named[]> {
  void text;
  return [];
}
