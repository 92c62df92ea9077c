/** A chart from a specification that the server made, as a picture that says of each of its places what it is. */
import { useComputedColorScheme } from "@mantine/core";
import { useCallback, useEffect, useRef, useState, type PointerEvent } from "react";
import { createPortal } from "react-dom";
import { FailureNote } from "../design/Failure";
import { useRegion } from "../i18n/messages";
import css from "./charts.module.css";
import { newChart, painted } from "./painter";
import { spotAt, type Spot } from "./spots";

interface Props {
  spec: Record<string, unknown>;
  label: string;
  height?: number;
}

interface Pointed {
  spot: Spot;
  x: number;
  y: number;
}

export function Chart({ spec, label, height = 260 }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [place, width] = useWidth();
  const [chart] = useState(newChart);
  const colours = useComputedColorScheme();
  const region = useRegion();
  const [spots, setSpots] = useState<readonly Spot[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);

  useEffect(() => {
    if (width === 0) return;
    let ended = false;
    const scale = Math.max(1, window.devicePixelRatio);
    painted(chart, { spec, width, height, scale, colours, region })
      .then((drawn) => {
        const shown = canvas.current;
        if (ended || drawn === null || shown === null) return drawn?.picture.close();
        shown.style.width = `${drawn.picture.width / scale}px`;
        shown.style.height = `${drawn.picture.height / scale}px`;
        shown.getContext("bitmaprenderer")?.transferFromImageBitmap(drawn.picture);
        setSpots(drawn.spots);
        setError(null);
      })
      .catch((failure: unknown) => !ended && setError(failure));
    return () => {
      ended = true;
    };
  }, [chart, spec, width, height, colours, region]);

  const hide = useCallback(() => setPointed(null), []);
  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const spot = spotAt(spots ?? [], event.clientX - box.left, event.clientY - box.top);
    setPointed(spot === null ? null : { spot, x: event.clientX, y: event.clientY });
  };

  return (
    <figure className={css.chart}>
      {error !== null && <FailureNote error={error} />}
      <div ref={place} role="img" aria-label={label} style={{ height: error === null ? height : 0 }}>
        <canvas ref={canvas} hidden={spots === null || error !== null} onPointerMove={point} onPointerDown={point} onPointerLeave={(event) => event.pointerType !== "touch" && setPointed(null)} />
      </div>
      {pointed !== null && <Said pointed={pointed} hide={hide} />}
    </figure>
  );
}

/** How wide the element is, in whole pixels; 0 before it is known. Nothing is measured while something else is laid out. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return [place, width] as const;
}

const BESIDE = 12;

function Said({ pointed: { spot, x, y }, hide }: { pointed: Pointed; hide: () => void }) {
  // A finger that leaves has not pointed elsewhere; it hides when something else is touched, or the page moves.
  useEffect(() => {
    const options = { capture: true, passive: true };
    for (const kind of ["pointerdown", "scroll"]) window.addEventListener(kind, hide, options);
    return () => {
      for (const kind of ["pointerdown", "scroll"]) window.removeEventListener(kind, hide, options);
    };
  }, [hide]);
  const left = x > window.innerWidth / 2;
  const above = y > window.innerHeight / 2;
  const place = {
    ...(left ? { right: window.innerWidth - x + BESIDE } : { left: x + BESIDE }),
    ...(above ? { bottom: window.innerHeight - y + BESIDE } : { top: y + BESIDE }),
  };
  return createPortal(
    <dl className={css.said} style={place}>
      {spot.said.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>,
    document.fullscreenElement ?? document.body,
  );
}
