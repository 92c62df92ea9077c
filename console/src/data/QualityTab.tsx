/** How a table of a conversation was read. */
import { Badge, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { Finding } from "../api/schema";
import { useMessages } from "../i18n/messages";
import css from "./data.module.css";
import { SEVERITY } from "./review/FindingRow";

export function QualityTab({ findings, read: all, kept }: { findings: readonly Finding[]; read: number; kept: number }) {
  const m = useMessages();
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {m.data.kept(kept, all)}
      </Text>
      {findings.length === 0 && <Text size="sm">{m.data.clean}</Text>}
      <ul className={css.findings}>
        {findings.map((finding, place) => (
          <li key={place}>
            {finding.severity === "info" || finding.severity === "changed" ? <IconInfoCircle size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
            <div>
              <Text size="sm">{finding.sentence}</Text>
              <Text size="xs" c="dimmed">
                {[finding.column, finding.example].filter(Boolean).join(" · ")}
              </Text>
            </div>
            <Badge color={SEVERITY[finding.severity]}>{m.data.severity[finding.severity]}</Badge>
          </li>
        ))}
      </ul>
    </>
  );
}
