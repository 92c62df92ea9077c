/** The model as text with numbered lines; a mistake marks its line and leads to it. */
import { Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRef } from "react";
import { useMessages } from "../i18n/messages";
import type { Mistake } from "./model";
import css from "./semantics.module.css";

const LINE_PX = 20;

interface Props {
  yaml: string;
  readOnly: boolean;
  mistakes: readonly Mistake[];
  change: (yaml: string) => void;
}

export function YamlPane({ yaml, readOnly, mistakes, change }: Props) {
  const m = useMessages();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const count = yaml.split("\n").length;
  const go = (line: number) => {
    const field = area.current;
    if (field === null) return;
    const lines = yaml.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    field.scrollTop = Math.max(0, (line - 4) * LINE_PX);
  };
  return (
    <>
      <div className={css.yaml}>
        <div ref={gutter} className={css.gutter} aria-hidden>
          <pre>{Array.from({ length: count }, (_, place) => place + 1).join("\n")}</pre>
          {mistakes.map((each, place) => each.line !== null && <span key={place} className={css.mark} style={{ top: (each.line - 1) * LINE_PX + 8 }} />)}
        </div>
        <textarea
          ref={area}
          aria-label="YAML"
          aria-invalid={mistakes.length > 0}
          aria-describedby="model-mistakes"
          spellCheck={false}
          readOnly={readOnly}
          wrap="off"
          value={yaml}
          onChange={(event) => change(event.currentTarget.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id="model-mistakes" role="alert">
        <ul className={css.mistakes} aria-label={m.semantics.mistakes}>
          {mistakes.map((each, place) => {
            const { line } = each;
            return (
              <li key={place}>
                <IconAlertTriangle size={14} aria-hidden />
                {line === null ? (
                  <Text size="sm">{[each.place, each.message].filter(Boolean).join(": ")}</Text>
                ) : (
                  <UnstyledButton className={css.goto} onClick={() => go(line)}>
                    {m.semantics.line(line)} {[each.place, each.message].filter(Boolean).join(": ")}
                  </UnstyledButton>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}
