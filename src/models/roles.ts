/** The networks a run needs, by the part they play. A pack is a set of files, one per role. */
export const roles = [
  'stylegan2',
  'e4e',
  'color_encoder_b',
  'color_encoder_gb',
  'color_encoder_g',
  'vgg16',
  'vgg19',
  'vggface',
  'bisenet',
  'w_stats',
] as const

export type Role = (typeof roles)[number]

export const roleTitles: Readonly<Record<Role, string>> = {
  stylegan2: 'StyleGAN2 generator',
  e4e: 'e4e encoder',
  color_encoder_b: 'colour encoder for blue-sensitive emulsions',
  color_encoder_gb: 'colour encoder for orthochromatic (green and blue) emulsions',
  color_encoder_g: 'colour encoder for panchromatic emulsions',
  vgg16: 'VGG16, perceptual loss',
  vgg19: 'VGG19, contextual loss',
  vggface: 'VGG-Face, perceptual loss',
  bisenet: 'BiSeNet face parser',
  w_stats: 'mean of the generator’s latent space',
}

export function isRole(name: string): name is Role {
  return (roles as readonly string[]).includes(name)
}
