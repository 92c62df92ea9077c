/** Which of several versions is shown, with the way to the one before and the one after. */
import { ActionIcon, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useMessages } from "../i18n/messages";
import { useBranching } from "./branching";
import css from "./ask.module.css";

interface Props {
  ids: readonly string[];
  current: string;
  label: string;
}

export function Versions({ ids, current, label }: Props) {
  const m = useMessages();
  const branching = useBranching();
  const place = ids.indexOf(current);
  if (ids.length < 2 || place === -1) return null;
  const step = (id: string | undefined, name: string, Icon: typeof IconChevronLeft) => (
    <ActionIcon size="sm" variant="subtle" color="gray" aria-label={name} disabled={branching === null || id === undefined} onClick={() => id !== undefined && branching?.show(id)}>
      <Icon size={15} />
    </ActionIcon>
  );
  return (
    <span role="group" aria-label={label} className={css.version}>
      {step(ids[place - 1], m.ask.versionBefore, IconChevronLeft)}
      <Text span size="xs" c="dimmed">
        {m.ask.versionPlace(place + 1, ids.length)}
      </Text>
      {step(ids[place + 1], m.ask.versionAfter, IconChevronRight)}
    </span>
  );
}
