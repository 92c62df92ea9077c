/** Covers the page while files are dragged over it. */
import { Text } from "@mantine/core";
import { IconFileDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { droppedFiles } from "./dropped";
import css from "./uploads.module.css";

interface Props {
  drop: (files: Iterable<File>) => void;
  /** Where they go: into the conversation that is shown, into a new one, into the workspace, or as the person then says. */
  to: "conversation" | "new" | "workspace" | "either";
}

export function DropCurtain({ drop, to }: Props) {
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
        void droppedFiles(event.dataTransfer?.items ?? []).then(({ files, incomplete }) => {
          if (incomplete) toast(m.uploads.unread, { tone: "danger" });
          else if (files.length === 0) toast(m.uploads.emptyFolder);
          drop(files);
        });
      }),
    ];
    return () => off.forEach((each) => each());
  }, [drop, m]);

  if (!shown) return null;
  const [words, lead] = {
    conversation: [m.uploads.dropHere, m.uploads.dropHereLead],
    new: [m.uploads.dropNew, m.uploads.dropHereLead],
    workspace: [m.uploads.drop, m.uploads.dropLead],
    either: [m.uploads.drop, m.uploads.dropEither],
  }[to];
  return (
    <section className={css.curtain} aria-label={words}>
      <div className={css.target}>
        <IconFileDownload size={36} stroke={1.4} />
        <Text fw={600} fz="lg">
          {words}
        </Text>
        <Text c="dimmed" size="sm">
          {lead}
        </Text>
      </div>
    </section>
  );
}
