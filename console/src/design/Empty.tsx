/** A place with nothing in it yet, and what to do about it. */
import { Stack, Text, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { useContext, type ReactNode } from "react";
import css from "./design.module.css";
import { HeadedContext } from "./Page";

interface Props {
  icon: Icon;
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  /** The level of its heading: 1 where the page has none above it. */
  order?: 1 | 2;
}

export function Empty({ icon: Icon, title, lead, action, order }: Props) {
  const headed = useContext(HeadedContext);
  return (
    <Stack align="center" gap="xs" className={css.empty}>
      <span className={css.emptyIcon} aria-hidden>
        <Icon size={22} stroke={1.6} />
      </span>
      <Title order={order ?? (headed ? 2 : 1)} size="h2" ta="center">
        {title}
      </Title>
      {lead && (
        <Text c="dimmed" size="sm" ta="center" maw="28rem">
          {lead}
        </Text>
      )}
      {action && <div className={css.emptyAction}>{action}</div>}
    </Stack>
  );
}
