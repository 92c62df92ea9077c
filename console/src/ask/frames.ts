/** Work that is put together until the browser draws. */

/** Collects what comes and hands it on once a frame. What is left is handed on by `flush`. */
export function eachFrame<T>(take: (items: readonly T[]) => void): { add: (item: T) => void; flush: () => void } {
  let items: T[] = [];
  let frame: number | null = null;
  const flush = () => {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    const taken = items;
    items = [];
    if (taken.length > 0) take(taken);
  };
  const add = (item: T) => {
    items.push(item);
    // A page that is not seen draws nothing, and is to be up to date when it is.
    if (document.hidden) flush();
    else frame ??= requestAnimationFrame(flush);
  };
  return { add, flush };
}
