/** Words that were looked for, marked in what was found. */

export interface Piece {
  text: string;
  marked: boolean;
}

/** A text in pieces: the words that begin like one of those looked for, and what is between them. */
export function marked(text: string, q: string): Piece[] {
  const wanted = q.match(/[\p{L}\p{N}]+/gu)?.map((word) => word.toLowerCase()) ?? [];
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .filter((piece) => piece !== "")
    .reduce<Piece[]>((pieces, piece) => {
      const isMarked = wanted.some((word) => piece.toLowerCase().startsWith(word));
      const last = pieces.at(-1);
      if (last !== undefined && last.marked === isMarked && !isMarked) last.text += piece;
      else pieces.push({ text: piece, marked: isMarked });
      return pieces;
    }, []);
}
