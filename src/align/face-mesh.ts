// MediaPipe's face mesh, 468 points or 478 with the irises, as the 68 points of iBUG 300-W: the table that its users share
// (first published by P. Yan, 2022). Mesh points on the outline move with the visible contour less than dlib's do, so the
// jaw differs a little; eyes, nose and mouth, which make the crop, agree.
import type { Point } from './geometry.ts'

/** Numbers of points that a mesh may have. */
export const MESH_COUNTS: readonly number[] = [468, 478]

/** For each of the 68 points the mesh's. */
export const MESH_POINT: readonly number[] = [
  // jaw, from the picture's left
  ...[162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389],
  // brows
  ...[71, 63, 105, 66, 107, 336, 296, 334, 293, 301],
  // nose: bridge, then below the tip
  ...[168, 197, 5, 4, 75, 97, 2, 326, 305],
  // eyes
  ...[33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
  // lips: outer, then inner
  ...[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
  ...[78, 82, 13, 312, 308, 317, 14, 87],
]

/** The 68 points of a mesh. */
export function fromMesh(mesh: readonly Point[]): Point[] {
  return MESH_POINT.map((index) => mesh[index]!)
}
