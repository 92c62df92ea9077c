/** The one box. Enter asks, Shift+Enter makes a line, ↑ in an empty box edits the last question, Esc stops. */
import { ActionIcon, Textarea, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconArrowUp, IconPaperclip, IconPlayerStopFilled } from "@tabler/icons-react";
import { memo, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { getReady } from "../charts/painter";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { isBusy, useUploads, type Item } from "../uploads/Uploads";
import css from "./ask.module.css";
import { draftOf, keepDraft } from "./drafts";
import { Attached } from "./FileChips";

const LONGEST = 4000;
const MOST_LINES = 8;
// Where the browser lets a box grow with its text, nothing has to be measured while answers are drawn.
const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");
const ABOVE = '[role="dialog"], [role="alertdialog"], [role="menu"]';

interface Props {
  /** What the draft belongs to: the start page, or a conversation by its id. */
  place: string;
  placeholder: string;
  running: boolean;
  ask: (question: string) => void;
  stop: () => void;
  /** The last question, to be edited; null without one. */
  last: string | null;
  /** An earlier turn that is to be edited; null: the last one is, by ↑. */
  edited?: { question: string } | null;
  editEnded?: () => void;
  editLast: (question: string) => void;
  /** In a conversation: the files that go with the next question. */
  attached?: readonly Item[];
}

// Not drawn anew while an answer comes.
export const Composer = memo(function Composer({ place, placeholder, running, ask, stop, last, edited = null, editEnded, editLast, attached }: Props) {
  const m = useMessages();
  const uploads = useUploads();
  const [text, setText] = useState(() => draftOf(place));
  const [editing, setEditing] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const waiting = attached?.some(isBusy) ?? false;
  const detach = (gone: Item) => {
    uploads.drop((item) => item.id === gone.id);
    if (gone.phase !== "failed") toast(m.files.stays(gone.file.name));
  };

  // A key that is pressed anywhere but in a field is meant for the question.
  useEffect(() => {
    const listener = (event: globalThis.KeyboardEvent) => {
      // Escape closes what lies above first.
      if (event.key === "Escape" && running && document.querySelector(ABOVE) === null) stop();
      if (event.key === "/" && (document.activeElement?.matches("body, #content") ?? true)) {
        event.preventDefault();
        box.current?.focus();
      }
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [running, stop]);

  useEffect(() => {
    if (edited === null) return;
    setText(edited.question);
    setEditing(true);
    box.current?.focus();
  }, [edited]);

  const leaveEditing = () => {
    setText(draftOf(place));
    setEditing(false);
    editEnded?.();
  };

  const send = () => {
    const question = text.trim();
    if (question === "" || running || waiting) return;
    if (editing) {
      editLast(question);
      leaveEditing();
      return;
    }
    setText("");
    keepDraft(place, "");
    ask(question);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "" && last !== null && !running) {
      event.preventDefault();
      setText(last);
      setEditing(true);
    } else if (event.key === "Escape" && editing) {
      leaveEditing();
    }
  };

  return (
    <div className={css.composer} data-editing={editing || undefined}>
      {attached && <Attached items={attached} detach={detach} retry={uploads.retry} cancel={uploads.cancel} />}
      <Textarea
        ref={box}
        variant="unstyled"
        rows={1}
        {...(!GROWS_BY_ITSELF && { autosize: true, minRows: 1, maxRows: MOST_LINES })}
        style={{ "--most-lines": MOST_LINES }}
        maxLength={LONGEST}
        autoFocus
        aria-label={editing ? m.ask.editLast : m.ask.label}
        aria-describedby={hintId}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          getReady();
          setText(event.currentTarget.value);
          if (!editing) keepDraft(place, event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        classNames={{ input: css.box, root: css.boxRoot }}
      />
      <VisuallyHidden id={hintId}>{m.ask.keys}</VisuallyHidden>
      <div className={css.composerActions}>
        <Tooltip label={m.uploads.add}>
          <ActionIcon variant="subtle" color="gray" size="lg" radius="xl" aria-label={m.uploads.add} onClick={uploads.choose}>
            <IconPaperclip size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        {running ? (
          <Tooltip label={m.ask.stop}>
            <ActionIcon size="lg" radius="xl" color="gray" variant="filled" aria-label={m.ask.stop} onClick={stop}>
              <IconPlayerStopFilled size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <ActionIcon size="lg" radius="xl" aria-label={editing ? m.ask.save : m.ask.send} disabled={text.trim() === "" || waiting} onClick={send}>
            <IconArrowUp size={18} />
          </ActionIcon>
        )}
      </div>
    </div>
  );
});
