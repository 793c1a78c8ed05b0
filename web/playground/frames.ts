/**
 * What is drawn of the models, a piece a frame. Two trainings on two cores leave the page's thread a part of one: a task that takes
 * 20 ms of a processor would stand for 80 by the clock, and with it the pointer.
 */

/**
 * Returns a function that has pieces drawn, each in a frame of its own, one after another.
 *
 * @param request asks for a frame; a hidden page has none
 */
export function pieceByPiece(request: (frame: () => void) => void): (piece: () => void) => void {
  const pieces: (() => void)[] = [];
  const next = (): void => {
    const piece = pieces.shift()!;
    if (pieces.length > 0) request(next);
    piece();
  };
  return (piece) => {
    pieces.push(piece);
    if (pieces.length === 1) request(next);
  };
}
