/** What leads from one revision of the model to another, part by part. */
import { Badge, Group, Text } from "@mantine/core";
import type { ChangeView } from "../api/schema";
import { useMessages } from "../i18n/messages";
import css from "./semantics.module.css";

const COLOURS = { added: "pine", changed: "gray", removed: "red" } as const;

export function Changes({ changes }: { changes: readonly ChangeView[] }) {
  const m = useMessages();
  return (
    <ul className={css.changes} aria-label={m.semantics.partByPart} tabIndex={0}>
      {changes.map((each) => (
        <li key={each.path}>
          <Group gap="xs">
            <Badge size="sm" color={COLOURS[each.change]}>
              {m.semantics.change[each.change]}
            </Badge>
            <code>{each.path}</code>
          </Group>
          {each.change === "changed" &&
            Object.keys({ ...each.before, ...each.after }).map((name) => (
              <Text key={name} size="xs" className={css.change}>
                {name}: <del>{written(each.before[name])}</del> → <ins>{written(each.after[name])}</ins>
              </Text>
            ))}
        </li>
      ))}
    </ul>
  );
}

const MOST = 160;

function written(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
  return text.length > MOST ? `${text.slice(0, MOST)} …` : text;
}
