// The two kinds of text: words between spaces, and runs without.

extension TextFeatures {
    /// The word that begins at `i`: itself, its bigram with the word before, its inner grams. Returns the place after
    /// it.
    mutating func word(at i: Int) -> Int {
        let end = wordEnd(from: i)
        let hash = wordHash(i, end)
        let role = role(of: hash)
        let negates = role == .negator || endsInNot(i, end)
        emit(TextHash.mix(marked(hash, unless: negates)), from: i, through: end - 1, mute: role == .stopword)
        if previous != 0 {
            emit(TextHash.mix(TextHash.bigram(previous, hash)), from: previousStart, through: end - 1, mute: false)
        }
        if recipe.innerGrams { innerGrams(i, end) }
        if negates { marks = recipe.negation }
        previous = hash
        previousStart = i
        return end
    }

    /// Letters, and apostrophes between letters.
    func wordEnd(from i: Int) -> Int {
        var j = i + 1
        while j < length {
            let inside = kinds[j] == .letter || (scalars[j] == 39 && j + 1 < length && kinds[j + 1] == .letter)
            if !inside { break }
            j += 1
        }
        return j
    }

    /// Apostrophes vanish: don't is dont.
    func wordHash(_ i: Int, _ end: Int) -> UInt64 {
        var hash = TextHash.start(TextHash.word)
        for k in i..<end where scalars[k] != 39 { hash = TextHash.step(hash, scalars[k]) }
        return hash
    }

    func role(of hash: UInt64) -> SpecialWords.Role {
        var i = Int(truncatingIfNeeded: hash >> 32) & (SpecialWords.slots - 1)
        while specialHashes[i] != 0 {
            if specialHashes[i] == hash { return specialRoles[i] }
            i = (i + 1) & (SpecialWords.slots - 1)
        }
        return .ordinary
    }

    /// …n't
    func endsInNot(_ i: Int, _ end: Int) -> Bool {
        end - i >= 3 && scalars[end - 1] == 116 && scalars[end - 2] == 39
    }

    private mutating func marked(_ hash: UInt64, unless negates: Bool) -> UInt64 {
        guard marks > 0, !negates else { return hash }
        marks -= 1
        return TextHash.negated(hash)
    }

    /// 2- to 4-grams of `<word>`, apostrophes kept; not the padded word itself.
    private mutating func innerGrams(_ i: Int, _ end: Int) {
        let letters = end - i
        for start in -1..<letters {
            for size in 2...4 where start + size <= letters + 1 && size < letters + 2 {
                let hash = innerHash(i, end, start, size)
                emit(
                    TextHash.mix(hash),
                    from: max(i, i + start),
                    through: min(end - 1, i + start + size - 1),
                    mute: false
                )
            }
        }
    }

    private func innerHash(_ i: Int, _ end: Int, _ start: Int, _ size: Int) -> UInt64 {
        var hash = TextHash.start(TextHash.inner)
        for k in start..<start + size {
            hash = TextHash.step(hash, k < 0 ? 60 : i + k >= end ? 62 : scalars[i + k])
        }
        return hash
    }

    /// The run that begins at `i`: its 1- to 3-grams, one boundary mark (2 before, 4 behind) being part of it at each
    /// end, but never a mark alone. Returns the place after it.
    mutating func run(at i: Int) -> Int {
        var end = i + 1
        while end < length, kinds[end] == .ideograph { end += 1 }
        for start in i - 1...end {
            var hash = TextHash.start(TextHash.run)
            for k in start..<min(start + 3, end + 1) {
                hash = TextHash.step(hash, k < i ? 2 : k >= end ? 4 : scalars[k])
                if k > start || (start >= i && start < end) { emitGram(hash, max(i, start), min(end - 1, k)) }
            }
        }
        endClause()
        return end
    }

    @inline(__always)
    private mutating func emitGram(_ hash: UInt64, _ first: Int, _ last: Int) {
        let lone = first == last && length > 1 && TextScalars.isHan(scalars[first])
        emit(TextHash.mix(hash), from: first, through: last, mute: lone)
    }
}
