/** A place with nothing in it yet, and what to do about it. */
import { Stack, Text, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import css from "./design.module.css";

interface Props {
  icon: Icon;
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  /** 1 where it is all that a page has. */
  order?: 1 | 2;
}

export function Empty({ icon: Icon, title, lead, action, order = 2 }: Props) {
  return (
    <Stack align="center" gap="xs" className={css.empty}>
      <span className={css.emptyIcon} aria-hidden>
        <Icon size={22} stroke={1.6} />
      </span>
      <Title order={order} size="h2" ta="center">
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
