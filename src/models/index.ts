/** Model packs: which networks belong together, where their files are, and how they get there. */

export type { Role } from '../networks/roles.ts'
export { type FetchedFile, type FetchOptions, type FetchResult, fetchPack } from './fetch.ts'
export { type ImportOptions, type ImportResult, importModels } from './import.ts'
export { type ListedNetwork, type ListedPack, listPacks } from './list.ts'
export { type LoadedPack, loadPack } from './load.ts'
export type { Network, Pack } from './pack.ts'
export { packPath } from './path.ts'
export { type RemoveResult, removeModels } from './remove.ts'
export { type VerifiedNetwork, type VerifyOptions, type VerifyResult, verifyPack } from './verify.ts'
