/** The frame of a page: its title, what it is for, its actions. */
import { Group, Text, Title } from "@mantine/core";
import { createContext, useEffect, type ReactNode } from "react";
import { useMessages } from "../i18n/messages";
import css from "./design.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** Whether the page has its heading of level one already. */
export const HeadedContext = createContext(false);

export function Page({ title, lead, actions, above, wide, children }: Props) {
  useTitle(title);
  return (
    <div className={css.page} data-wide={wide || undefined}>
      <header className={css.pageHead}>
        {above}
        <Group justify="space-between" align="flex-start" gap="sm">
          <div className={css.pageTitle}>
            <Title order={1}>{title}</Title>
            {lead && (
              <Text c="dimmed" size="sm">
                {lead}
              </Text>
            )}
          </div>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </header>
      <HeadedContext value>{children}</HeadedContext>
    </div>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  const m = useMessages();
  useEffect(() => {
    document.title = `${title} · ${m.name}`;
  }, [title, m]);
}
