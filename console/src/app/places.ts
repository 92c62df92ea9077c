/** The pages that the sidebar and the palette lead to. */
import { IconBell, IconChartBar, IconChecklist, IconCpu, IconDatabase, IconFiles, IconLayoutDashboard, IconListSearch, IconMessageCircle, IconMessages, IconPlugConnected, IconRosetteDiscountCheck, IconSchema, IconTable, IconUsers, type Icon } from "@tabler/icons-react";
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

export const PLACES: readonly Place[] = [
  { to: "/", name: "ask", icon: IconMessageCircle, section: "ask" },
  { to: "/conversations", name: "allConversations", icon: IconMessages, section: "ask" },
  { to: "/dashboards", name: "dashboards", icon: IconLayoutDashboard, section: "ask" },
  { to: "/alerts", name: "alerts", icon: IconBell, section: "ask" },
  { to: "/documents", name: "documents", icon: IconFiles, section: "library" },
  { to: "/sources", name: "sources", icon: IconPlugConnected, section: "library" },
  { to: "/data", name: "data", icon: IconTable, section: "library" },
  { to: "/semantics", name: "semantics", icon: IconSchema, section: "library" },
  { to: "/verified", name: "verified", icon: IconRosetteDiscountCheck, section: "library" },
  { to: "/connections", name: "connections", icon: IconDatabase, section: "library", shown: (session) => session.mayAdminister },
  { to: "/search", name: "search", icon: IconListSearch, section: "library" },
  { to: "/models", name: "models", icon: IconCpu, section: "manage" },
  { to: "/usage", name: "usage", icon: IconChartBar, section: "manage", shown: (session) => session.mayAdminister },
  { to: "/workspace", name: "workspace", icon: IconUsers, section: "manage" },
  { to: "/operations", name: "operations", icon: IconChecklist, section: "manage" },
];

/** Whether an address is for whoever has the link, signed in or not. */
export function isOpenToAnybody(path: string): boolean {
  return path.startsWith("/shared/");
}
