#!/bin/bash
# Lays out what travels to a machine with a GPU, from the project's root:
#   bash training/gpu/prepare.sh OUT FACES.tar VGG19.pth [go-on | FOLDER_WITH_STATE_PARTS]
# go-on: from the pack's weights and the discriminators in training/state.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
face=${FACE:-$root/node_modules/@vladmandic/face-api/model}
mkdir -p "$1"/face
cp "$here"/{job,nets,faces,stio,join}.py "$here"/../heldout.txt "$here"/../heldout-more.txt "$1"/
cp "$3" "$1"/vgg19.pth
cp "$face"/face_recognition_model* "$1"/face/
cp "$2" "$1"/faces.tar
rm -rf "$1"/resume
if [ "$4" = go-on ]; then
  mkdir "$1"/resume
  cp "$here"/../state/* "$root"/models/compact/{stylegan2,e4e,w_stats,color_encoder_b,color_encoder_gb,color_encoder_g}.safetensors "$1"/resume/
elif [ -n "$4" ]; then
  mkdir "$1"/resume
  cp "$4"/state.part* "$1"/resume/
fi
du -sh "$1"
