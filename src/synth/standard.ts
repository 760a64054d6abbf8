/** The recipe of a set for which none is given: the film camera of the reference, in the range of antique portraits. */
import type { Recipe } from './recipe.ts'

export const standardRecipe: Recipe = {
  description: 'Antique photographs: three emulsions, blur, tone curve, grain.',
  degradation: {
    blur: { radius: [0.3, 1.5] },
    spectral: { sensitivity: ['b', 'gb', 'g'] },
    response: { gamma: [0.7, 1.4], offset: [0, 0.08], gain: [0.8, 0.95] },
  },
  noise: { deviation: [0.005, 0.02], size: [0, 0.7] },
}
