/** Files in a question, and those that will go with the next one. */
import { ActionIcon, CloseButton, Loader, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconFileText, IconRefresh, IconTable } from "@tabler/icons-react";
import { useMessages } from "../i18n/messages";
import { isTable } from "../uploads/upload";
import { failureText, phaseText } from "../uploads/Tray";
import { isBusy, isOnItsWay, type Item } from "../uploads/Uploads";
import css from "./files.module.css";
import type { TurnFile } from "./turn";
import { useConversationOf } from "./within";

export function FileChips({ files }: { files: readonly TurnFile[] }) {
  const m = useMessages();
  if (files.length === 0) return null;
  return (
    <ul className={css.chips} aria-label={m.files.inMessage}>
      {files.map((file, place) => (
        <li key={place}>
          <FileChip file={file} />
        </li>
      ))}
    </ul>
  );
}

function FileChip({ file }: { file: TurnFile }) {
  const session = useConversationOf();
  const datasetId = file.datasetIds[0];
  const face = (
    <>
      {isTable(file.name) ? <IconTable size={15} aria-hidden /> : <IconFileText size={15} aria-hidden />}
      <span className={css.chipName}>{file.name}</span>
    </>
  );
  if (file.documentId !== null) {
    return (
      <Link to="/documents/$documentId" params={{ documentId: file.documentId }} search={{ session: session(file.documentId) }} className={css.chip}>
        {face}
      </Link>
    );
  }
  if (datasetId !== undefined) {
    return (
      <Link to="/data/$datasetId" params={{ datasetId }} search={{ session: session(datasetId) }} className={css.chip}>
        {face}
      </Link>
    );
  }
  return <span className={css.chip}>{face}</span>;
}

interface AttachedProps {
  items: readonly Item[];
  detach: (item: Item) => void;
  retry: (item: Item) => void;
  cancel: (item: Item) => void;
}

/** What was added since the last question: how far each file is, and why one failed. */
export function Attached({ items, detach, retry, cancel }: AttachedProps) {
  const m = useMessages();
  if (items.length === 0) return null;
  const fine = items.filter((item) => item.phase !== "failed");
  const failed = items.filter((item) => item.phase === "failed");
  return (
    <div className={css.attached}>
      {fine.length > 0 && (
        <ul className={css.chips} aria-label={m.files.withNext}>
          {fine.map((item) => (
            <li key={item.id} className={css.chip}>
              <State item={item} />
              <span className={css.chipName}>{item.file.name}</span>
              {isBusy(item) ? <Text span size="xs" c="dimmed" className={css.phase}>{phaseText(item, m)}</Text> : <CloseButton size="xs" aria-label={m.files.detach(item.file.name)} title={m.files.detach(item.file.name)} onClick={() => detach(item)} />}
              {isOnItsWay(item) && <CloseButton size="xs" aria-label={m.uploads.cancelOne(item.file.name)} title={m.uploads.cancelOne(item.file.name)} onClick={() => cancel(item)} />}
            </li>
          ))}
        </ul>
      )}
      {failed.length > 0 && (
        <ul className={css.failures} aria-label={m.uploads.failed(failed.length)}>
          {failed.map((item) => (
            <li key={item.id} className={css.failure}>
              <IconAlertTriangle size={15} aria-hidden />
              <Text span size="xs">
                <strong>{item.file.name}</strong> {failureText(item, m)}
              </Text>
              <ActionIcon size="sm" variant="subtle" color="gray" aria-label={m.uploads.retryOne(item.file.name)} onClick={() => retry(item)}>
                <IconRefresh size={14} />
              </ActionIcon>
              <CloseButton size="sm" aria-label={m.files.dismiss(item.file.name)} onClick={() => detach(item)} />
            </li>
          ))}
        </ul>
      )}
      <Text size="xs" c="dimmed" role="status">
        {fine.some(isBusy) ? m.files.wait : fine.length > 0 ? m.files.goWith : ""}
      </Text>
    </div>
  );
}

function State({ item }: { item: Item }) {
  if (isBusy(item)) return <Loader size={13} color="gray" aria-hidden />;
  return isTable(item.file.name) ? <IconTable size={15} aria-hidden /> : <IconFileText size={15} aria-hidden />;
}
