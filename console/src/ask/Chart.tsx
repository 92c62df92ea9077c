/** A chart from a specification that the server made. The expressions are interpreted, never compiled, so that
 * no policy has to allow `eval`; data comes with the specification, nothing is loaded. */
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { FailureNote } from "../design/Failure";
import { useLanguage } from "../i18n/messages";
import type { ChartSpec } from "./turn";
import css from "./ask.module.css";

interface Props {
  spec: ChartSpec;
  label: string;
  height?: number;
}

export function Chart({ spec, label, height = 260 }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const colours = useComputedColorScheme();
  const language = useLanguage();
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    let ended = false;
    let finalize = () => undefined as void;
    const draw = async () => {
      const { drawn } = await import("./vega");
      if (ended || place.current === null) return;
      const view = await drawn(place.current, spec, { colours, language, height });
      finalize = view.finalize;
      if (ended) finalize();
    };
    draw().catch(setError);
    return () => {
      ended = true;
      finalize();
    };
  }, [spec, colours, language, height]);

  if (error !== null) return <FailureNote error={error} />;
  return (
    <figure className={css.chart}>
      <div ref={place} role="img" aria-label={label} style={{ minHeight: height }} />
    </figure>
  );
}
