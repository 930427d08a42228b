// Polygons of a zone, in shares of a picture's width and height.

/** Twice the area that three points span; its sign says on which side of the line from a to b the third one lies. */
const turn = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

function cross(a, b, c, d) {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

/** Whether two sides of the polygon cross each other. */
export function crosses(points) {
  const side = (index) => [points[index], points[(index + 1) % points.length]];
  for (let one = 0; one < points.length; one += 1) {
    for (let other = one + 1; other < points.length; other += 1) if (cross(...side(one), ...side(other))) return true;
  }
  return false;
}

/** The share of the picture that the polygon covers. */
export function area(points) {
  const twice = points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** The point within the picture, rounded as zones are kept. */
export function within(x, y) {
  const share = (value) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
  return [share(x), share(y)];
}

export const middle = ([ax, ay], [bx, by]) => within((ax + bx) / 2, (ay + by) / 2);
