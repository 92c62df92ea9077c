/** The pages that the sidebar and the palette lead to. */
import { IconMessageCircle, type Icon } from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { Messages } from "../i18n/messages";
import type { Session } from "./session";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  name: keyof Messages["nav"];
  icon: Icon;
  section: "ask" | "library" | "manage";
  shown?: (session: Session) => boolean;
}

export const PLACES: readonly Place[] = [{ to: "/", name: "ask", icon: IconMessageCircle, section: "ask" }];
