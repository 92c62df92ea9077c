/** A function that stays the same object, so that what takes it is not drawn anew, and does what its last one does. */
import { useCallback, useLayoutEffect, useRef } from "react";

export function useSame<Arguments extends unknown[], Result>(latest: (...given: Arguments) => Result): (...given: Arguments) => Result {
  const kept = useRef(latest);
  useLayoutEffect(() => {
    kept.current = latest;
  });
  return useCallback((...given) => kept.current(...given), []);
}
