// Written by the reference recipe in Python (hashtext.py, negation = 5; for intents bits = 15, negation = 0, inner
// grams 2 to 4) over sentences of our own. Codes are bucket << 1 | sign, distinct, sorted, hexadecimal; `places` is
// FNV-1a over (code, first byte, byte after the last) of each distinct code in order of first occurrence.

import Models

struct GoldenText: Sendable {
    var recipe: TextRecipe
    var text: String
    var places: UInt64
    var codes: String

    static let all: [GoldenText] = [
        GoldenText(
            recipe: .sentiment,
            text: "This coat is great, warm and doesn't pinch.",
            places: 0x92E3F88C98604AFC,
            codes: """
                8dbb 10ab6 1d6d5 29b85 2fed3 331d2 34a98 5089f 5351e 547e0 573b1 631b1 6aaee 75346
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "This coat is great, warm and doesn't pinch.",
            places: 0x00B774BF1AD36A7A,
            codes: """
                12 bc 819 841 f20 1015 11b7 1287 1337 164d 176a 1771 1823 18a8 1b22 1e57 1f22 20d3 2156 2472 247e
                27b6 3287 3296 3599 3a8f 3adb 3afa 3d8e 3ecf 3ff5 427d 448f 4aff 4e15 4f64 51d6 5371 5d6c 5f3e 5fdb
                60b8 62a8 6610 663a 67bb 6aea 6c22 7482 794b 7a59 7d61 8785 884b 8aed 8b27 90be 9103 91a9 921c 92c3
                92db 9575 95d4 961a 9e8f a113 a6a2 a8a3 a8fc ae77 b1cd b816 b912 baa3 bb1f bca7 bf58 c216 c434 c50e
                c637 c649 c6c0 c7ec cc1e cc23 cca1 ce52 ceda d20c d55c dda2 de1a e284 e495 e5be e688 e6de e929 e93a
                ea68 eecf f24f f28a f692 f6eb fceb
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "Not good at all. Never buying here again!!!",
            places: 0x6CE7774B3D8F1DDF,
            codes: """
                ff4f 15e2a 23bde 2d9b3 2f1b2 2f1f2 42092 45c6b 45dd4 487c3 5dbc6 5e45b 5f37f 617dc 61bd7
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "I've had it for 3 years and it STILL works; 100% happy",
            places: 0x4E06721769FCC880,
            codes: """
                6290 bead 10ab6 2258c 2564b 2caed 2d8bc 317cf 37bbe 3e1c0 4e998 54bdf 5bf7b 64780 67095 6af0e 752a2
                7a417 7b9f6 7bf1b
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "soooooo comfy!!!!!! 10/10 would recommend",
            places: 0x49403A9F92569688,
            codes: """
                bead 15442 1f52e 38e56 44278 45c6b 5aa27 5cbb0 7ee16 7f9e8
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "soooooo comfy!!!!!! 10/10 would recommend",
            places: 0xEB87F5109C56BD70,
            codes: """
                2 12 55 3f8 72b 89d c27 cb9 1356 17d5 1b92 1d06 1e01 1fec 2143 2156 24e2 2a88 2afd 2f10 31f4 3664
                3d5d 3ea4 3ff1 4ab8 4e10 4e4a 5177 54f6 59fe 5ced 5e00 65f3 66b0 66dd 6a2c 6bbb 6c22 6fbc 70cd 71ca
                7bc4 7c04 80ad 8785 884e 8b8d 8fd4 90be 921c 92db 976e 9a1f a12c a72b af89 b09c b1cd b323 b424 b545
                b976 c6db cca1 d23f d2e0 da94 dd4e dec7 e00f e0a0 e388 f95a fdc2 fdd9 ff3c
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "Ça n'était pas à la hauteur: déçu, très déçu.",
            places: 0xCCD43753ECB07311,
            codes: """
                29dc 3fb3 6c7c cc19 e639 16279 1e8fd 25912 35bfb 3e795 428f7 6563f 71f5e 7fa72
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "Ça n'était pas à la hauteur: déçu, très déçu.",
            places: 0x90C560237E369466,
            codes: """
                53a 7f7 841 8a9 a3b d8e 101d 1066 16ee 176a 1771 1840 18de 1983 1cc7 232a 27b6 2aac 2c4f 2cf1 2f5c
                305b 35bc 3d1f 3ee4 4288 4654 4822 4b22 4ba0 4df9 4e8d 505f 55ea 55ef 578a 60b8 60d4 61c8 64bb 66ee
                68bd 6b7f 6c91 6eb7 77e7 7cf3 8461 851f 855d 8cc2 8d98 8f12 91a2 9260 926f 9300 961a 97b8 9ae8 9b4c
                9e2f a151 a327 a32d a33d af6e afc4 b1b7 b508 b994 bede bf2e c100 c286 c51b cac7 cc94 ced2 d33b d3e1
                d4f0 d62d d7b0 dab8 e0ed e20b e34f e3ea e9c1 ebab ebd2 ec79 edfe f62d fcb6 fccb ff4e
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "ＦＵＬＬ　ｗｉｄｔｈ ＡＢＣ１２３ isn’t odd",
            places: 0x45182C63DC00CC8E,
            codes: """
                5e9f 1117d 2d7fd 2e352 39b18 42be1 474d7 53dd3 5748d
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "质量很好，物流也快，下次还来！",
            places: 0x0FD8BDEC07E51A19,
            codes: """
                16ce 411f a4d3 d27b e519 141af 16024 16171 16c5a 1ba46 1fe70 275e8 27b4d 2a809 2bc96 2d7ab 345a5
                35df2 3a574 3c32e 428ca 44a26 45c6b 4bcb0 52cc4 54efd 58127 5aa3a 5eb88 5ee2a 61ff3 6348c 6374f
                661c9 6873d 693c8 6a88b 70095 77b63 7ce51
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "不新鲜，太差了……再也不买",
            places: 0x34D6848D404F13EB,
            codes: """
                2aee 2f37 811a acb1 b476 fe9f 16fa6 1808f 1c2f1 21730 21c94 22390 27545 384fe 3c32e 3c670 41411
                467cd 47008 4a624 4a8d5 4fa39 5dd42 60fc2 614e2 65bfa 6b4b4 6da25 719d1 76beb 7b164 7c0b0
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "手机iPhone屏幕清晰 but 电池battery不行",
            places: 0x4B51CD803B2F96AB,
            codes: """
                3c9b 4ec7 5c43 6502 6902 b476 d272 10c54 11508 18340 1af01 1b7ca 20073 259eb 29cc2 2b43d 2cecf 384fe
                3a6ec 3dc92 3ef58 4228e 46685 469cd 49712 52ba9 5495b 564c3 5b0b6 6642f 672ef 69074 6bb7c 6f4a9
                7355a 75ba1 7698f
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "手机iPhone屏幕清晰 but 电池battery不行",
            places: 0x94C6D879B86E072B,
            codes: """
                793 9d9 b89 ca0 d20 11bb 168e 1a4e 1e78 1eb0 218a 22a0 2cf1 3068 35e1 36f8 400f 444e 45e0 497c 4b3d
                4e15 51ae 5398 5687 59d9 5a1f 60b8 62a8 709e 74dc 769c 7aed 7b92 7d9f 7dea 8450 848a 855d 85bb 8cd1
                8d39 9146 92e2 9401 a007 a083 a12c a575 a7f8 a92b ac99 ad7a b017 b616 b6e0 b8e9 bada bccf bf28 bfb5
                c677 c6b5 caeb cc85 cca7 cd40 ce34 ce5d d20e d76e d8b1 dce7 de95 e535 e6aa e8e8 eb75 ed31 ed92 ed99
                eef9 f35a f709
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "好",
            places: 0x4E00D308448E8C6B,
            codes: """
                19268 345a5 6a88b 75fae
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "👍👍👍 love it ❤️ 🥰",
            places: 0x7B75A65417BD47AD,
            codes: """
                15aec 2df89 317cf 440b1 558cc 706b3
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "とても良い商品です。また買います。",
            places: 0x411B9FD2D8D4A782,
            codes: """
                4e6d 6b5e be00 10686 10aa5 15cb7 195a9 1a798 1e31e 1ec57 1f6f4 23cfd 25bec 2ef33 2f46c 2fa99 3619c
                36abf 376e5 381af 39e5d 40393 41231 41a11 42cb4 448eb 4bb1f 50090 53ded 58b40 590dc 5977e 5de4a
                5e696 60670 63094 6369b 6584f 68fa3 697c4 6f72e 70524 7733a
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "배송이 빨라요 아주 좋아요",
            places: 0x5675B19F12596EDF,
            codes: """
                44ba 8349 91d5 f33e 15db7 17731 1c28b 1d447 1dc28 1e90a 2183c 225fc 2656e 28953 2ba4b 2d728 4290e
                44ac9 4f69b 52a7b 56aaa 5be7c 5c2cb 5d570 5daaa 5e3ee 63798 65cb6 67da5 69cab 6c26a 6ee28 6f553
                750da
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "it's the dogs' 'quoted' rock-n-roll and/or \"cheap\" stuff",
            places: 0x114D1FD46A7D758D,
            codes: """
                d896 10ab6 11d44 169a3 1c4ce 1f9f4 29601 2ae04 2c82f 30af9 31e2f 38bff 3cac0 41d4b 5591a 5f3de 701cd
                74668 753dc 79fc1 7a810
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "it's the dogs' 'quoted' rock-n-roll and/or \"cheap\" stuff",
            places: 0xD25B021E7B953DB6,
            codes: """
                637 6f9 a13 b6b c4b dc8 e2d fa2 10e0 13dd 176a 1771 1b12 1b2f 1b3e 1ced 1f18 2001 2156 23a8 2472
                2722 27b6 2859 2d35 303f 35bc 3769 3898 389c 3afa 3d8e 3f3e 4299 42ad 4659 49a9 49ce 4b3e 4c5d 5121
                5148 52c1 55b6 55c0 5905 5b52 5df4 613a 614e 614f 615f 62a8 63c5 64d0 6c22 6ed1 717f 73e9 787c 790a
                7958 7b12 7bc4 7f5f 82f8 83a9 848a 855d 8778 8891 89f0 8a15 8ac7 8aed 8c58 8d93 8e86 8eb5 8f12 8f66
                90ac 90be 90d0 9159 92db 92ec 93b7 9575 97c7 9944 9a9b 9b0c 9d3d 9de1 9e8f a0ee a6e7 ab22 ab71 b1cd
                b2bd b50f b728 b912 be7a c083 c33e c5dd c649 cc1e ce84 ceda cfc4 d23f d402 d9fe db4d dcc5 de1a e039
                e20b e717 e8cc e93a ea7a ed38 ed74 eda4 f2cf f2d5 f3f9 f502 f7c9 fe60 ffa8
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "不不不不好好好好",
            places: 0x7EB4024CFA997F27,
            codes: """
                2ddb b476 fe3a 16181 24c76 345a5 384fe 42179 672b0 6a88b 72c61
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "without a doubt hardly worn, cannot fault it, lacking nothing",
            places: 0x8F84E974FEB60811,
            codes: """
                71e4 ccb5 fa72 fe06 1af65 24c91 25294 2d159 309a2 38772 43b38 458c5 48077 48838 57561 5baba 6c425
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "Очень хорошо, не жалею. ΚΑΛΟ",
            places: 0x2A2E5FDD7855EED2,
            codes: """
                b0be 143ed 2b5f6 456a8 528ed 5af6d 6f486
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "a",
            places: 0x2040666F893EF666,
            codes: """
                4376e
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "a",
            places: 0xA13759AA3C1E00FD,
            codes: """
                3afa 505f 86ec
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "!?",
            places: 0xAAB89FCC84072B16,
            codes: """
                2246 45c6b
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "𠀀𠀁 rare 字",
            places: 0x6C2CE874C9BE9CE1,
            codes: """
                6a76 15fcb 22c33 2e5d3 40697 46a4f 4aadf 4d543 56600 62537 6ebc2 6ed38
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "where is my parcel? i want to cancel order 12345",
            places: 0x2DDE0F0521321C60,
            codes: """
                2246 6466 bead ea98 f9fa 2093a 2b654 2cffe 37394 42616 4ee97 579d4 631b1 63f29 67cdd 6df26 71c49
                7b69d 7bc3e
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "where is my parcel? i want to cancel order 12345",
            places: 0xC18ACC828B30435D,
            codes: """
                210 448 841 c8c f14 1287 1337 1703 176a 17ba 17d5 1840 1a1c 1d52 1f3e 1ff6 20cb 2143 21fc 27b6 2828
                2829 2f9a 2fbc 31e9 3296 3482 3522 35bc 3d5d 3d90 4126 44c3 4894 4bfd 56ca 5794 59fe 5f3e 5f92 60b8
                60c6 614e 614f 6173 617a 62a8 6380 63b2 64b7 6610 6aea 6c22 6d0c 6e72 6fdb 70cd 82b2 848a 84c2 8633
                8785 8a15 8aed 8b09 8eb5 8fd4 9464 9511 9820 998c 9dd3 a12c a1bb a344 ad2f af3a b13e b323 ba4c bb7c
                bc10 bfb5 c1ae c416 c490 c51b c637 c7e5 cc29 cca1 cf9b d1f8 d402 dbe4 dbf2 e067 e0a0 e116 e284 e389
                e6de eb1c ed38 f170 f6d3 f6e7 f786 ff0c
                """
        ),
        GoldenText(
            recipe: .sentiment,
            text: "我要退货，怎么操作",
            places: 0xFB5CC882C3EF0DBE,
            codes: """
                6f1 10f1 1f75 54ca 7360 7bd8 aaa8 cc77 fe83 124c4 1361d 17bae 2dfbe 2e491 3c98e 3fdae 4ef49 51529
                54b9f 56b51 572a4 5830c 69431 6a42a 6a6ca 6b849
                """
        ),
        GoldenText(
            recipe: .intents,
            text: "我要退货，怎么操作",
            places: 0x354B88E96B1A4404,
            codes: """
                df 21f 3ef a98 e6c f7a 1554 198f 1fd1 2498 26c3 2f74 5bf6 5c93 7930 7fb4 9de9 a2a5 a973 ad6b ae54
                b060 d287 d484 d4d8 d709
                """
        ),
    ]
}
