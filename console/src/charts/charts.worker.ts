/** The worker that draws charts, beside the page, so that drawing one holds up nothing that moves there. */
import { draw, type Drawing } from "./drawing";
import type { Told, Wanted } from "./painter";

const worker = self as unknown as { onmessage: ((event: MessageEvent<Wanted>) => void) | null; postMessage: (told: Told, transfer?: Transferable[]) => void };
const newest = new Map<number, number>();
let before: Promise<void> = Promise.resolve();

worker.onmessage = ({ data }) => {
  newest.set(data.chart, data.id);
  before = before.then(() => answer(data.chart, data.id, data.drawing));
};

async function answer(chart: number, id: number, drawing: Drawing): Promise<void> {
  // What was asked meanwhile is heard first: a chart that is being resized is drawn as it is now alone.
  await new Promise((resolve) => setTimeout(resolve));
  if (newest.get(chart) !== id) return worker.postMessage({ id, outdated: true });
  newest.delete(chart);
  try {
    const drawn = await draw(drawing);
    worker.postMessage({ id, drawn }, [drawn.picture]);
  } catch (error) {
    worker.postMessage({ id, failed: error instanceof Error ? error.message : String(error) });
  }
}
