/** Covers the page while files are dragged over it. */
import { Text } from "@mantine/core";
import { IconFileDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useMessages } from "../i18n/messages";
import css from "./uploads.module.css";

interface Props {
  drop: (files: Iterable<File>) => void;
  intoConversation: boolean;
}

export function DropCurtain({ drop, intoConversation }: Props) {
  const m = useMessages();
  const [shown, setShown] = useState(false);

  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const on = <K extends "dragenter" | "dragover" | "dragleave" | "drop">(name: K, act: (event: DragEvent) => void) => {
      const listener = (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        act(event);
      };
      window.addEventListener(name, listener);
      return () => window.removeEventListener(name, listener);
    };
    const off = [
      on("dragenter", () => {
        depth += 1;
        setShown(true);
      }),
      on("dragover", () => undefined),
      on("dragleave", () => {
        depth -= 1;
        if (depth <= 0) setShown(false);
      }),
      on("drop", (event) => {
        depth = 0;
        setShown(false);
        drop(event.dataTransfer?.files ?? []);
      }),
    ];
    return () => off.forEach((each) => each());
  }, [drop]);

  if (!shown) return null;
  const words = intoConversation ? m.uploads.dropHere : m.uploads.drop;
  return (
    <section className={css.curtain} aria-label={words}>
      <div className={css.target}>
        <IconFileDownload size={36} stroke={1.4} />
        <Text fw={600} fz="lg">
          {words}
        </Text>
        <Text c="dimmed" size="sm">
          {intoConversation ? m.uploads.dropHereLead : m.uploads.dropLead}
        </Text>
      </div>
    </section>
  );
}
