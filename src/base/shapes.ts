/** A shape for each class beside its colour, so that nobody depends on colours. */

/** What a symbol is drawn with: a canvas, or what makes an SVG path. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  closePath(): void;
}

type Corners = readonly (readonly [x: number, y: number])[];

/** Corners around the origin, about as large as the circle of radius 1 that the first class has. */
const polygons: readonly Corners[] = [
  [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  [
    [0, -1.2],
    [1.1, 0.8],
    [-1.1, 0.8],
  ],
  [
    [0, -1.3],
    [1.1, 0],
    [0, 1.3],
    [-1.1, 0],
  ],
  [
    [0, 1.2],
    [1.1, -0.8],
    [-1.1, -0.8],
  ],
  turned(
    [
      [-0.4, -0.4],
      [-0.4, -1.2],
      [0.4, -1.2],
    ],
    4,
  ),
  turned(
    [
      [0, -1.4],
      [0.4, -0.5],
    ],
    5,
  ),
  turned(
    [
      [0, -0.5],
      [0.85, -1.2],
      [1.2, -0.85],
    ],
    4,
  ),
  [
    [-1.3, -0.55],
    [1.3, -0.55],
    [1.3, 0.55],
    [-1.3, 0.55],
  ],
  [
    [-0.55, -1.3],
    [0.55, -1.3],
    [0.55, 1.3],
    [-0.55, 1.3],
  ],
];

/** The corners, `times` times around. */
function turned(corners: Corners, times: number): Corners {
  return Array.from({ length: times }, (_, i) => (2 * Math.PI * i) / times).flatMap((angle) =>
    corners.map(([x, y]) => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      return [c * x - s * y, s * x + c * y] as const;
    }),
  );
}

/** Of class `index`; `undefined`: a circle. There are ten, as there are colours; more begin again. */
const cornersOf = (index: number): Corners | undefined => polygons[(index % (polygons.length + 1)) - 1];

/** As the `d` of an SVG path, around the origin. */
export function classOutline(index: number): string {
  const corners = cornersOf(index);
  return corners === undefined
    ? "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z"
    : `M${corners.map(([x, y]) => `${Number(x.toFixed(3))} ${Number(y.toFixed(3))}`).join("L")}Z`;
}

/** As Plot draws symbols: `size` is the area of the circle that it stands for. */
export function classSymbol(index: number): { draw(pen: Pen, size: number): void } {
  const corners = cornersOf(index);
  return {
    draw(pen, size) {
      const radius = Math.sqrt(size / Math.PI);
      if (corners === undefined) {
        pen.moveTo(radius, 0);
        pen.arc(0, 0, radius, 0, 2 * Math.PI);
        return;
      }
      for (const [i, [x, y]] of corners.entries())
        i === 0 ? pen.moveTo(x * radius, y * radius) : pen.lineTo(x * radius, y * radius);
      pen.closePath();
    },
  };
}
