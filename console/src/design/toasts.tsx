/** Short news at the edge of the page, such as a deletion that can be undone. */
import { Button, CloseButton, Paper, Text } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";
import { useMessages } from "../i18n/messages";
import css from "./design.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  undo?: () => void;
  expired?: () => void;
}

const SECONDS = 7;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

/** Shows a line. With `undo` it has a button; `expired` runs when nobody pressed it in time. */
export function toast(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): void {
  change([...toasts, { id: nextId++, text, tone: "plain", ...options }]);
}

function close(each: Toast, how: "undo" | "expired"): void {
  if (!toasts.includes(each)) return;
  change(toasts.filter((other) => other !== each));
  each[how]?.();
}

// What was deleted stays deleted when the page is left before the time is over.
addEventListener("pagehide", () => toasts.forEach((each) => close(each, "expired")));

export function Toasts() {
  const shown = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => toasts);
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {shown.map((each) => (
        <ToastLine key={each.id} toast={each} />
      ))}
    </div>
  );
}

function ToastLine({ toast: each }: { toast: Toast }) {
  const m = useMessages();
  useEffect(() => {
    const timer = setTimeout(() => close(each, "expired"), SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [each]);
  return (
    <Paper shadow="lg" withBorder className={css.toast} data-tone={each.tone}>
      <Text size="sm">{each.text}</Text>
      {each.undo && (
        <Button size="compact-sm" variant="subtle" onClick={() => close(each, "undo")}>
          {m.undo}
        </Button>
      )}
      <CloseButton size="sm" aria-label={m.close} onClick={() => close(each, "expired")} />
    </Paper>
  );
}
