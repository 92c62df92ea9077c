/** The files that are being added, each with its phase and how far it is. */
import { ActionIcon, CloseButton, Group, Paper, Progress, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconChevronDown, IconChevronUp, IconFileText, IconRefresh, IconTable } from "@tabler/icons-react";
import { useState } from "react";
import { problemText } from "../design/Failure";
import { useMessages, type Messages } from "../i18n/messages";
import { isTable } from "./upload";
import { isBusy, isOnItsWay, type Item } from "./Uploads";
import css from "./uploads.module.css";

interface Props {
  items: readonly Item[];
  retry: (item: Item) => void;
  cancel: (item: Item) => void;
  close: () => void;
}

export function Tray({ items, retry, cancel, close }: Props) {
  const m = useMessages();
  const [folded, setFolded] = useState(false);
  if (items.length === 0) return null;
  const failed = items.filter((each) => each.phase === "failed").length;
  const ready = items.filter((each) => each.phase === "ready" || each.phase === "existed").length;
  const busy = items.length - failed - ready;
  const summary = [busy > 0 ? m.uploads.running(busy) : m.uploads.done(ready), failed > 0 ? m.uploads.failed(failed) : ""];
  const fold = folded ? m.uploads.expand : m.uploads.collapse;
  return (
    <Paper component="section" withBorder shadow="lg" radius="lg" className={css.tray} aria-label={m.uploads.title}>
      <Group justify="space-between" wrap="nowrap" className={css.trayHead}>
        <Text size="sm" fw={600} role="status">
          {summary.filter(Boolean).join(" · ")}
        </Text>
        <Group gap={2} wrap="nowrap">
          <ActionIcon variant="subtle" color="gray" aria-label={fold} onClick={() => setFolded(!folded)}>
            {folded ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
          </ActionIcon>
          {busy === 0 && <CloseButton size="sm" aria-label={m.uploads.hide} onClick={close} />}
        </Group>
      </Group>
      {!folded && (
        <ul className={css.files}>
          {items.map((item) => (
            <Line key={item.id} item={item} retry={retry} cancel={cancel} />
          ))}
        </ul>
      )}
    </Paper>
  );
}

/** Where a file is on its way, with how much of that is done. */
export function phaseText(item: Item, m: Messages): string {
  const phase = { ...m.uploads, failed: m.uploads.error }[item.phase];
  return isBusy(item) && item.share !== null ? `${phase} ${m.uploads.percent(Math.round(item.share * 100))}` : phase;
}

/** Why a file failed, with the remedy. */
export function failureText(item: Item, m: Messages): string {
  if (item.problem === null) return "";
  return item.problem.code === "offline" ? m.uploads.lost : problemText(item.problem, m);
}

function Line({ item, retry, cancel }: { item: Item } & Pick<Props, "retry" | "cancel">) {
  const m = useMessages();
  const Icon = isTable(item.file.name) ? IconTable : IconFileText;
  const busy = isBusy(item) && item.phase !== "waiting";
  const share = item.share === null ? null : Math.round(item.share * 100);
  return (
    <li className={css.file}>
      <Group gap="xs" wrap="nowrap">
        <Icon size={16} className={css.fileIcon} aria-hidden />
        <Text size="sm" truncate className={css.fileName}>
          {item.file.name}
        </Text>
        <Text size="xs" c="dimmed" className={css.phase}>
          {phaseText(item, m)}
        </Text>
        {item.phase === "ready" && <IconCheck size={16} color="var(--accent)" aria-hidden />}
        {isOnItsWay(item) && <CloseButton size="sm" aria-label={m.uploads.cancelOne(item.file.name)} title={m.uploads.cancelOne(item.file.name)} onClick={() => cancel(item)} />}
        {item.phase === "failed" && (
          <Tooltip label={m.uploads.retryOne(item.file.name)}>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={m.uploads.retryOne(item.file.name)} onClick={() => retry(item)}>
              <IconRefresh size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {busy && <Progress size={3} value={share ?? 100} animated={share === null} mt={4} aria-label={`${item.file.name}: ${phaseText(item, m)}`} />}
      {item.problem && (
        <Group gap={6} wrap="nowrap" align="flex-start" className={css.problem}>
          <IconAlertTriangle size={14} aria-hidden />
          <Text size="xs">{failureText(item, m)}</Text>
        </Group>
      )}
    </li>
  );
}
