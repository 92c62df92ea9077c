/** How much is answered by rules alone, by day where there are several: what confirming questions is for. */
import { Card, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./verified.module.css";

const WIDTH = 480;
const HEIGHT = 40;

export function Share() {
  const m = useMessages();
  const f = useFormats();
  const report = useQuery({ queryKey: ["usage", "stages"], queryFn: () => read(api.GET("/api/v1/usage/stages")) });
  if (report.data === undefined || report.data.rules_share === null) return null;
  const { days, rules_share: share } = report.data;
  const step = WIDTH / Math.max(days.length, 12);
  return (
    <Card withBorder radius="lg" padding="md" mb="lg" component="section" aria-label={m.verified.share}>
      <Text size="sm">{m.verified.shareOf(f.percent(share))}</Text>
      {days.length > 1 && (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={css.share} role="img" aria-label={m.verified.shareByDay} preserveAspectRatio="none">
          {days.map((day, place) => {
            const part = day.rules_share ?? 0;
            return (
              <g key={day.day}>
                <title>{`${f.date(day.day)}: ${day.rules_share === null ? "–" : f.percent(part)}`}</title>
                <rect className={css.rest} x={place * step} y={0} width={step - 2} height={HEIGHT} rx={1} />
                <rect className={css.rules} x={place * step} y={HEIGHT * (1 - part)} width={step - 2} height={HEIGHT * part} rx={1} />
              </g>
            );
          })}
        </svg>
      )}
    </Card>
  );
}
